import { dirname } from 'node:path';
import * as fc from 'fast-check';
import { type CommitHistory, type LogEntry } from '../../gitops';
import { Keys } from '../../keys';
import { log } from '../../logging';
import { ada, drop, put, undo, WritePath } from '../../workflows/testing/write-path';
import type { Verification } from '../verify/verification';
import { verifyAudit } from '../verify/verify-audit';
import { mustBeEmpty, rebuildAudit } from './rebuild-audit';
import type { RebuildReport } from './rebuild-report';

let path: WritePath;

const KNOWLEDGE = { risk: () => 'low', namesTeam: (operation: string) => operation.startsWith('team-') };
const HAND = { name: 'Hand', email: 'hand@example.org' };

const head = async () => (await path.gitops.refresh()).head;
const rows = () => path.store.db.selectFrom('operations').selectAll().orderBy('id').execute();
const entries = () => path.store.db.selectFrom('audit').selectAll().orderBy('seq').execute();

async function rebuild(history: CommitHistory = path.gitops.commits, isDryRun = false): Promise<RebuildReport> {
  const { store, audit } = path;
  return rebuildAudit({
    target: isDryRun ? undefined : { store, audit },
    history,
    head: await head(),
    knowledge: KNOWLEDGE,
    actor: ada,
  });
}

function verify(): Promise<Verification> {
  const { auditKey } = Keys.open(dirname(path.gitDir));
  return verifyAudit({ store: path.store, auditKey, history: path.gitops.commits, head });
}

/** The store as it is after its file was deleted. */
async function lose(): Promise<void> {
  const tables = ['operation_steps', 'step_logs', 'operations', 'audit', 'audit_head', 'confirmations'] as const;
  for (const table of tables) await path.store.db.deleteFrom(table).execute();
}

function commit(...messages: readonly string[]): Promise<string[]> {
  const drafts = messages.map((message) => ({ changes: [], message, author: HAND, committer: HAND, at: new Date() }));
  return path.gitops.commit(
    () => Promise.resolve(drafts),
    () => Promise.resolve(),
  );
}

const messageOf = ({ subject, body }: LogEntry) => `${subject}\n\n${body}\n`;

beforeAll(() => {
  log.level = 'silent';
});

beforeEach(async () => {
  path = await WritePath.open();
});

afterEach(() => path.close());

/** Columns that no commit tells, or that only count tries. */
const NOT_IN_GIT = {
  door: 'git',
  input: '{}',
  args_digest: '',
  confirmed_digest: null,
  summary: expect.any(String) as string,
  answer: expect.any(String) as string,
  submitted_at: expect.any(String) as string,
  started_at: expect.any(String) as string,
  finished_at: expect.any(String) as string,
  next_run_at: expect.any(String) as string,
  attempts: 1,
};

describe('rebuildAudit', () => {
  it('restores every operation with a commit, and nothing else', async () => {
    const eve = { ...ada, login: 'eve.x@example.org', email: 'eve@example.org' };
    await path.call(put, { path: 'a', text: '1', reason: 'Signed-off-by: nobody', idempotency_key: 'key-000001' }, eve);
    await path.call(put, { path: 'a', text: '2', reason: '“quoted”' });
    await path.call(put, { path: 'a', text: '3', only_new: true }).catch(() => undefined);
    await path.call(undo, { path: 'a' });
    const { plan } = await path.call(drop, { path: 'a' });
    await path.call(drop, { path: 'a', confirm_token: plan?.confirm_token });
    await commit('by hand');
    const before = (await rows()).filter(({ status }) => status === 'succeeded');
    const moment = (text: string) => Math.floor(Date.parse(text) / 1000);

    await lose();
    expect(await rebuild(path.gitops.commits, true)).toMatchObject({ dry_run: true, operations: 4 });
    expect([await rows(), await entries()]).toEqual([[], []]);
    const report = await rebuild();
    expect(report).toMatchObject({ dry_run: false, operations: 4, other_commits: 1, lost_entries_at_least: 1 });

    const after = await rows();
    expect(after).toEqual(before.map((row) => ({ ...row, ...NOT_IN_GIT })));
    for (const [index, row] of after.entries()) {
      expect(moment(row.submitted_at)).toBe(moment(before[index]!.submitted_at));
      expect(JSON.parse(row.answer)).toMatchObject({
        changes: (JSON.parse(before[index]!.answer) as { changes: object[] }).changes,
      });
    }
    expect((await path.rows.steps(after[0]!.id)).map(({ status }) => status)).toEqual(Array(3).fill('succeeded'));
    expect((await entries()).map(({ event, door }) => `${event} ${door}`)).toEqual([
      'rebuilt rest',
      ...Array<string>(4).fill('succeeded git'),
    ]);
    expect(await verify()).toMatchObject({
      ok: true,
      findings: [],
      anchors: { before_rebuild: 4 },
      rebuilt: { by: 'ada' },
    });
    await path.call(put, { path: 'b', text: '1' });
    expect(await verify()).toMatchObject({ ok: true, anchors: { before_rebuild: 4, held: 1 }, operations: 5 });
  });

  it('answers a key of before by its operation alone', async () => {
    const first = await path.call(put, { path: 'a', text: '1', idempotency_key: 'key-000001' });
    await lose();
    await rebuild();
    const again = await path.call(put, { path: 'a', text: 'other', idempotency_key: 'key-000001' });
    expect(again.commit).toEqual(first.commit);
    const other = path.call(drop, { path: 'a', idempotency_key: 'key-000001' });
    await expect(other).rejects.toMatchObject({ code: 'idempotency_key_reused' });
    expect(await path.subjects()).toHaveLength(1);
  });

  it('verifies whatever was written before and after, and when it was rebuilt twice', async () => {
    const write = fc.record({
      path: fc.constantFrom('a', 'b'),
      text: fc.string({ maxLength: 5 }),
      reason: fc.option(
        fc.string({ unit: 'binary', maxLength: 20 }).filter((text) => !/[\p{C}\p{Z}]/u.test(text)),
        {
          nil: undefined,
        },
      ),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(write, { maxLength: 3 }), fc.boolean(), async (writes, isLost) => {
        for (const each of writes) await path.call(put, each);
        if (isLost) {
          await lose();
          await rebuild();
        }
        expect((await verify()).findings).toEqual([]);
      }),
      { numRuns: 8 },
    );
  });

  it('keeps the first of what must be unique, and says how often', async () => {
    await path.call(put, { path: 'a', text: '1', idempotency_key: 'key-000001' });
    const [original] = await path.gitops.commits.read([(await head()) ?? '']);
    const message = messageOf(original!);
    const copied = message.replace(/Operation-Id: .*/, 'Operation-Id: another');
    await commit(message, copied, 'bare(x)\n\nOperation-Id: bare', 'empty\n\nOperation-Id:');
    await lose();
    expect(await rebuild()).toMatchObject({ operations: 3, repeated_commits: 1, repeated_keys: 1, other_commits: 1 });
    const [first, another, bare] = await rows();
    expect(first).toMatchObject({ commit: original!.sha, idempotency_key: 'key-000001' });
    expect(another).toMatchObject({ id: 'another', idempotency_key: null, workflow: `${first!.workflow}-another` });
    expect(bare).toMatchObject({
      id: 'bare',
      actor: '',
      target: 'x',
      team: null,
      workflow: '-bare',
    });
  });

  it.each([
    ['team-x(billing/api): 1', 'billing', 'billing/api'],
    ['team-x(billing)', 'billing', 'billing'],
    ['team-x(Not a name): 1', null, 'Not a name'],
    ['put(billing/api): 1', null, 'billing/api'],
    ['team-x: 1', null, null],
    ['(billing): 1', null, null],
  ])('takes team and target from subject %s', async (subject, team, target) => {
    await commit(`${subject}\n\nOperation-Id: one\nOperation: ${subject.split('(')[0]}`);
    await rebuild();
    expect(await rows()).toMatchObject([{ team, target }]);
  });

  it('happens wholly or not at all', async () => {
    await path.call(put, { path: 'a', text: '1' });
    await path.call(put, { path: 'a', text: '2' });
    await lose();
    const history = path.gitops.commits;
    const failing = Object.assign(Object.create(history) as CommitHistory, {
      async *pages() {
        const ids = await history.ids({ to: (await head()) ?? '' });
        yield await history.read(ids.slice(0, 1));
        throw new Error('killed');
      },
    });
    await expect(rebuild(failing)).rejects.toThrow('killed');
    expect([await rows(), await entries()]).toEqual([[], []]);
    await mustBeEmpty(path.store, 'file');
    expect(await rebuild()).toMatchObject({ operations: 2 });
    expect((await verify()).ok).toBe(true);
  });

  it('writes nothing where there is nothing to restore', async () => {
    expect(await rebuild()).toMatchObject({ operations: 0, commit: null });
    await commit('by hand');
    expect(await rebuild()).toMatchObject({ operations: 0, other_commits: 1 });
    expect(await entries()).toEqual([]);
  });

  it('notices that the branch was written anew after it', async () => {
    await path.call(put, { path: 'a', text: '1' });
    await path.call(put, { path: 'a', text: '2' });
    await lose();
    await rebuild();
    const ids = await path.gitops.commits.ids({ to: (await head()) ?? '' });
    await path.remote.publish(ids.at(-1), ids[0]!);
    expect((await verify()).findings.map(({ code }) => code)).toEqual(['commit_missing']);
    await path.store.db
      .updateTable('audit')
      .set({ commit: 'f'.repeat(40) })
      .where('seq', '=', 1)
      .execute();
    expect((await verify()).findings.map(({ code }) => code)).toEqual(
      expect.arrayContaining(['rebuild_unknown', 'entry_changed', 'anchor_broken']),
    );
  });
});

describe('mustBeEmpty', () => {
  it.each(['operations', 'audit', 'audit_head'] as const)('refuses a store that has anything in %s', async (kept) => {
    await path.call(put, { path: 'a', text: '1' });
    await path.store.db.deleteFrom('operation_steps').execute();
    for (const table of ['operations', 'audit', 'audit_head'] as const) {
      if (table !== kept) await path.store.db.deleteFrom(table).execute();
    }
    await expect(mustBeEmpty(path.store, 'the file')).rejects.toMatchObject({ code: 'store_not_empty' });
  });
});
