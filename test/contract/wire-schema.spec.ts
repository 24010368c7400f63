import { mustBeValid } from '../support/checked-fetch';
import { defines } from '../support/spec-schemas';

const request = { jsonrpc: '2.0', id: 1, method: 'tools/list' };
const tool = { name: 'a', inputSchema: { type: 'object' } };
const answer = (result: object, id = 1) => ({ jsonrpc: '2.0', id, result });
const fresh = { tools: [tool], resultType: 'complete', ttlMs: 0, cacheScope: 'private' };

describe('the check of every MCP message in the tests', () => {
  it('has the schema of each revision, and tells them apart', () => {
    expect(defines('2025-06-18', 'ElicitResult')).toBe(true);
    expect([defines('2025-06-18', 'Task'), defines('2025-11-25', 'Task')]).toEqual([false, true]);
    expect([defines('2025-11-25', 'DiscoverResult'), defines('2026-07-28', 'DiscoverResult')]).toEqual([false, true]);
  });

  it('takes what a revision asks for', () => {
    mustBeValid('2025-06-18', request, answer({ tools: [tool] }));
    mustBeValid('2025-11-25', request, answer({ tools: [tool] }));
    mustBeValid('2026-07-28', request, answer(fresh));
  });

  it.each([
    ['a tool without a schema', '2025-11-25', answer({ tools: [{ name: 'a' }] })],
    ['no type of result since 2026-07-28', '2026-07-28', answer({ ...fresh, resultType: undefined })],
    ['no caching hint since 2026-07-28', '2026-07-28', answer({ ...fresh, ttlMs: undefined })],
    ['an answer to another request', '2025-11-25', answer({ tools: [] }, 2)],
    ['an error without a code', '2025-11-25', { jsonrpc: '2.0', id: 1, error: { message: 'no' } }],
    ['progress without a value', '2025-11-25', { jsonrpc: '2.0', method: 'notifications/progress', params: {} }],
  ] as const)('refuses %s', (_, revision, message) => {
    expect(() => mustBeValid(revision, request, message)).toThrow(/Not a valid message/);
  });
});
