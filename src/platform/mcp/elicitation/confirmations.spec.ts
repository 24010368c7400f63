import type { ServerContext } from '@modelcontextprotocol/server';
import type { Audit } from '../../audit/audit';
import type { RateLimits } from '../../auth/rate-limits';
import type { WriteAnswer } from '../../operations/answer.dto';
import { DestructiveArguments } from '../../operations/arguments.dto';
import type { ConfirmTokens } from '../../operations/confirm-token';
import type { Operation } from '../../operations/operation';
import type { OperationRegistry } from '../../operations/registry';
import type { ProtocolBinding, ProtocolHandler } from '../protocol-parts';
import type { ToolCatalog } from '../tool-catalog';
import { Confirmations } from './confirmations';

const operation = {
  name: 'retire',
  title: 'Retire',
  risk: 'high',
  input: DestructiveArguments,
  target: () => 'thing',
} as unknown as Operation;
const plan: Partial<WriteAnswer> = {
  summary: 'thing goes.',
  changes: [],
  warnings: [],
  plan: { digest: 'd', diff: '', destroys: [], confirm_token: 'sealed' },
};
const catalog = { accessOf: () => ({ kind: 'destructive', name: 'retire' }) } as unknown as ToolCatalog;
const registry = { find: () => operation } as unknown as OperationRegistry;
const tokens = { open: jest.fn() } as unknown as ConfirmTokens;

function called(send: jest.Mock): { answer: Promise<unknown>; next: jest.Mock; record: jest.Mock; count: jest.Mock } {
  const next = jest.fn().mockResolvedValue({ content: [], structuredContent: plan });
  const record = jest.fn();
  const count = jest.fn();
  const audit = { record } as unknown as Audit;
  const sut = new Confirmations(catalog, registry, tokens, audit, { count } as unknown as RateLimits);
  let handler: ProtocolHandler = next;
  const binding = {
    era: 'legacy',
    actor: { login: 'ada' },
    server: { server: { getClientCapabilities: () => ({ elicitation: { form: {} } }) } },
    wrap: (_: string, around: (inner: ProtocolHandler) => ProtocolHandler) => (handler = around(handler)),
  } as unknown as ProtocolBinding;
  sut.bind(binding);
  const mcpReq = { send, signal: new AbortController().signal };
  const context = { mcpReq, http: { authInfo: { extra: { request: {} } } } } as unknown as ServerContext;
  const request = { method: 'tools/call', params: { name: 'mctl_retire', arguments: {} } };
  return { answer: Promise.resolve(handler(request, context)), next, record, count };
}

describe('asking during a call of a session', () => {
  it('gives up before the client does, does nothing, and says so in the trail', async () => {
    const send = jest.fn().mockRejectedValue(new Error('Request timed out'));
    const { answer, next, record, count } = called(send);
    const { isError, content } = (await answer) as { isError: boolean; content: { text: string }[] };
    expect([isError, JSON.parse(content[0]!.text).code]).toEqual([true, 'confirmation_unanswered']);
    const [, { timeout }] = send.mock.calls[0] as [unknown, { timeout: number }];
    expect(timeout).toBeGreaterThan(0);
    expect(timeout).toBeLessThan(60_000);
    expect(next).toHaveBeenCalledTimes(1);
    expect(record).toHaveBeenCalledWith(expect.objectContaining({ event: 'refused', code: 'confirmation_unanswered' }));
    expect(count).toHaveBeenCalledTimes(1);
  });

  it('gives all questions of one call together no more time than one', async () => {
    jest.useFakeTimers();
    const send = jest.fn().mockImplementation(() => {
      jest.advanceTimersByTime(20_000);
      return Promise.resolve({ action: 'accept', content: { name: 'another' } });
    });
    await called(send).answer;
    jest.useRealTimers();
    const timeouts = send.mock.calls.map(([, { timeout }]: [unknown, { timeout: number }]) => timeout);
    expect(timeouts).toEqual([50_000, 30_000, 10_000]);
  });
});
