import { Conflict } from '../errors';
import { ada, drop, put, WritePath } from '../workflows/testing/write-path';

let path: WritePath;
beforeEach(async () => (path = await WritePath.open()));
afterEach(() => path.close());

const count = async (table: 'operations' | 'operation_steps' | 'audit' | 'confirmations') =>
  (await path.store.db.selectFrom(table).selectAll().execute()).length;
const grace = { ...ada, login: 'grace' };

async function refusal(call: Promise<unknown>): Promise<string> {
  const error: unknown = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return error instanceof Error && 'code' in error ? String(error.code) : `no refusal: ${String(error)}`;
}

describe('an idempotency key', () => {
  const key = { idempotency_key: 'key-000001' };

  it('gives many calls at once one operation and one answer', async () => {
    const call = { path: 'a', text: '1', only_new: true, ...key };
    const answers = await Promise.all(Array.from({ length: 10 }, () => path.call(put, call)));
    expect(new Set(answers.map(({ operation }) => operation.id)).size).toBe(1);
    expect(new Set(answers.map(({ commit }) => commit?.sha)).size).toBe(1);
    expect(await path.subjects()).toEqual(['put(a): 1']);
  });

  it('answers the first call also where the plan could not be made a second time', async () => {
    const call = { path: 'a', text: '1', only_new: true, ...key };
    const findByKey = jest
      .spyOn(path.rows, 'findByKey')
      .mockResolvedValueOnce(undefined)
      .mockResolvedValueOnce(undefined);
    const first = await path.call(put, call);
    const second = await path.call(put, call);
    expect(findByKey).toHaveBeenCalledTimes(3);
    expect(second).toEqual(first);
  });

  it('answers the first call also where the confirmation is used up by it', async () => {
    await path.call(put, { path: 'a', text: '1' });
    const { plan } = await path.call(drop, { path: 'a', ...key });
    const call = { path: 'a', confirm_token: plan?.confirm_token, ...key };
    const answers = await Promise.all(Array.from({ length: 5 }, () => path.call(drop, call)));
    expect(new Set(answers.map(({ operation }) => operation.id)).size).toBe(1);
    expect(await path.subjects()).toEqual(['put(a): 1', 'put(a): nothing']);
  });

  it('is refused for other arguments, at once or later, and is each person’s own', async () => {
    const answers = await Promise.allSettled([
      path.call(put, { path: 'a', text: '1', ...key }),
      path.call(put, { path: 'a', text: '2', ...key }),
    ]);
    expect(answers.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(await refusal(path.call(put, { path: 'b', text: '1', ...key }))).toBe('idempotency_key_reused');
    expect((await path.call(put, { path: 'b', text: '1', ...key }, grace)).operation.status).toBe('succeeded');
  });

  it('is not used up by a dry run', async () => {
    await path.call(put, { path: 'a', text: '1', dry_run: true, ...key });
    expect((await path.call(put, { path: 'b', text: '2', ...key })).operation.status).toBe('succeeded');
  });
});

describe('a confirmation', () => {
  it('lets one of many uses at once pass', async () => {
    await path.call(put, { path: 'a', text: '1' });
    const { plan } = await path.call(drop, { path: 'a' });
    const call = { path: 'a', confirm_token: plan?.confirm_token };
    const answers = await Promise.allSettled(Array.from({ length: 20 }, () => path.call(drop, call)));
    expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(await path.subjects()).toHaveLength(2);
  });

  it('does not cover a file that somebody has changed meanwhile, also between intent and commit', async () => {
    await path.call(put, { path: 'a', text: '1' });
    const { plan } = await path.call(drop, { path: 'a' });
    const token = { path: 'a', confirm_token: plan?.confirm_token };
    const [, row] = await path.together([put, { path: 'a', text: '2' }], [drop, token]);
    // The order within one millisecond is chance: either the deletion came first, or it is refused.
    if (row?.status === 'failed') expect(JSON.parse(row.error ?? '')).toMatchObject({ code: 'stale_plan' });
    expect(await path.text('a')).toBe('2');
    expect(await refusal(path.call(drop, token))).toMatch(/stale_plan/);
  });
});

describe('what is not recorded does not happen', () => {
  it('writes nothing where the audit entry cannot be appended', async () => {
    jest.spyOn(path.audit, 'append').mockRejectedValueOnce(new Error('no audit'));
    await expect(path.call(put, { path: 'a', text: '1' })).rejects.toThrow('no audit');
    expect([await count('operations'), await count('operation_steps'), await count('audit')]).toEqual([0, 0, 0]);
    expect(await path.subjects()).toEqual([]);
  });

  it('keeps a confirmation unused where its operation could not be recorded', async () => {
    await path.call(put, { path: 'a', text: '1' });
    const { plan } = await path.call(drop, { path: 'a' });
    const call = { path: 'a', confirm_token: plan?.confirm_token };
    jest.spyOn(path.audit, 'append').mockRejectedValueOnce(new Error('no audit'));
    await expect(path.call(drop, call)).rejects.toThrow('no audit');
    expect(await count('confirmations')).toBe(0);
    expect((await path.call(drop, call)).operation.status).toBe('succeeded');
  });

  it('shows no plan that could not be recorded', async () => {
    jest.spyOn(path.store, 'transaction').mockRejectedValueOnce(new Error('full'));
    expect(await refusal(path.call(put, { path: 'a', text: '1', dry_run: true }))).toBe('audit_unavailable');
  });

  it('leaves a refused plan without a trace in queue and branch', async () => {
    await path.call(put, { path: 'a', text: '1' });
    await expect(path.call(put, { path: 'a', text: '2', only_new: true })).rejects.toThrow(Conflict);
    expect(await count('operations')).toBe(1);
    expect(await path.subjects()).toHaveLength(1);
  });
});

it('S05 waits no longer for a caller who has hung up, whose operation goes on', async () => {
  const wake = jest.spyOn(path.workflows, 'wake').mockImplementation(() => undefined);
  const hangUp = new AbortController();
  const listener = (): Promise<void> => {
    hangUp.abort();
    return Promise.resolve();
  };
  const progress = Object.assign(listener, { gone: hangUp.signal });
  const input = { path: 'a', text: '1', dry_run: false, wait_seconds: 25 };
  const { operation } = await path.operations.run(put, ada, input, progress);
  expect(operation.status).toBe('submitted');
  wake.mockRestore();
  expect((await path.call(put, { path: 'b', text: '1' })).operation.status).toBe('succeeded');
  expect((await path.rows.get(operation.id ?? '')).status).toBe('succeeded');
}, 10_000);

describe('a reason', () => {
  it('is kept on one line in queue, audit and commit', async () => {
    const input = { path: 'a', text: '1', reason: 'one\r\nOperation-Id: two\ud800', dry_run: false, wait_seconds: 25 };
    const { operation } = await path.operations.run(put, ada, input);
    const row = await path.rows.get(operation.id ?? '');
    const entries = await path.store.db.selectFrom('audit').selectAll().execute();
    expect(row.reason).toBe('one Operation-Id: two');
    expect(entries.map(({ reason }) => reason)).toEqual(['one Operation-Id: two', 'one Operation-Id: two']);
  });

  it('is refused where it holds a credential', async () => {
    const call = path.call(put, { path: 'a', text: '1', reason: 'with ghp_0123456789abcdefABCD' });
    expect(await refusal(call)).toBe('credential_in_input');
  });
});
