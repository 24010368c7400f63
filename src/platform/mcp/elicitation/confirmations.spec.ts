import type { ServerContext } from '@modelcontextprotocol/server';
import type { Audit, AuditEntry } from '../../audit/audit';
import type { RateLimits } from '../../auth/rate-limits';
import type { WriteAnswer } from '../../operations/answer.dto';
import { DestructiveArguments } from '../../operations/arguments.dto';
import type { ConfirmTokens } from '../../operations/confirm-token';
import type { Operation } from '../../operations/operation';
import type { OperationRegistry } from '../../operations/registry';
import type { Store } from '../../store';
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
const opened = { id: 'one' };
const tokens = {
  open: () => Promise.resolve(opened),
  sealAs: () => Promise.resolve('for a form'),
  consume: (transaction: { used: unknown[] }, token: unknown) => void transaction.used.push(token),
} as unknown as ConfirmTokens;

/** What became durable together, in one transaction. */
interface Kept {
  readonly used: unknown[];
  readonly entries: Partial<AuditEntry>[];
}

function called(send: jest.Mock): { answer: Promise<unknown>; next: jest.Mock; kept: Kept } {
  const next = jest.fn().mockResolvedValue({ content: [], structuredContent: plan });
  const kept: Kept = { used: [], entries: [] };
  const append = ({ entries }: Kept, more: readonly AuditEntry[]): void => void entries.push(...more);
  const audit = { append } as unknown as Audit;
  const store = { transaction: (work: (transaction: Kept) => unknown) => Promise.resolve(work(kept)) };
  const sut = new Confirmations(catalog, registry, tokens, audit, {} as RateLimits, store as unknown as Store);
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
  return { answer: Promise.resolve(handler(request, context)), next, kept };
}

/** The code of a refusal. */
async function refusedWith(answer: Promise<unknown>): Promise<unknown> {
  const { isError, content } = (await answer) as { isError: boolean; content: { text: string }[] };
  expect(isError).toBe(true);
  return JSON.parse(content[0]!.text).code;
}

describe('asking during a call of a session', () => {
  it('gives up before the client does, does nothing, and says so in the trail', async () => {
    const send = jest.fn().mockRejectedValue(new Error('Request timed out'));
    const { answer, next, kept } = called(send);
    expect(await refusedWith(answer)).toBe('confirmation_unanswered');
    const [, { timeout }] = send.mock.calls[0] as [unknown, { timeout: number }];
    expect(timeout).toBeGreaterThan(0);
    expect(timeout).toBeLessThan(60_000);
    expect(next).toHaveBeenCalledTimes(1);
    expect(kept).toEqual({
      used: [opened],
      entries: [expect.objectContaining({ event: 'refused', code: 'confirmation_unanswered' })],
    });
  });

  it('gives all questions of one call together no more time than one', async () => {
    jest.useFakeTimers();
    const send = jest.fn().mockImplementation(() => {
      jest.advanceTimersByTime(20_000);
      return Promise.resolve({ action: 'accept', content: { name: 'another' } });
    });
    expect(await refusedWith(called(send).answer)).toBe('confirmation_unanswered');
    jest.useRealTimers();
    const timeouts = send.mock.calls.map(([, { timeout }]: [unknown, { timeout: number }]) => timeout);
    expect(timeouts).toEqual([50_000, 30_000, 10_000]);
  });

  it('says of a name that was never right what it was, and not that nobody answered', async () => {
    const send = jest.fn().mockResolvedValue({ action: 'accept', content: { name: 'another' } });
    const { answer, kept } = called(send);
    expect(await refusedWith(answer)).toBe('confirmation_mistyped');
    expect(send).toHaveBeenCalledTimes(5);
    expect(kept.entries).toEqual([expect.objectContaining({ code: 'confirmation_mistyped' })]);
  });
});
