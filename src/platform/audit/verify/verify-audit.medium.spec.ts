import { dirname } from 'node:path';
import * as fc from 'fast-check';
import { ulid } from '../../crypto';
import type { LogEntry } from '../../gitops';
import { writeCommits } from '../../gitops/git';
import { Keys } from '../../keys';
import { log } from '../../logging';
import { migrations } from '../../store/migrations';
import type { AuditHeadRow, AuditRow, OperationRow, StepRow } from '../../store';
import { ada, away, drop, lost, put, undo, WritePath } from '../../workflows/testing/write-path';
import { sealOf } from '../audit-head';
import { GENESIS, hashOf } from '../chain';
import type { FindingCode } from './findings';
import type { Verification } from './verification';
import { verifyAudit } from './verify-audit';

const RUNS = { numRuns: Number(process.env.AUDIT_RUNS ?? 60) };

let path: WritePath;
let key: Uint8Array;

const verify = (since?: string, auditKey = key): Promise<Verification> =>
  verifyAudit(
    {
      store: path.store,
      auditKey,
      history: path.gitops.commits,
      head: async () => (await path.gitops.refresh()).head,
    },
    since,
  );
const codes = async (since?: string): Promise<FindingCode[]> =>
  (await verify(since)).findings.map(({ code }) => code).sort();

/** Writes, plans, refusals and failures of all kinds. */
async function furnish(): Promise<void> {
  await path.call(put, { path: 'a', text: '1', reason: 'because', idempotency_key: 'key-000001' });
  await path.call(put, { path: 'b', text: '1', reason: 'Signed-off-by: nobody' });
  await path.call(put, { path: 'a', text: '2', dry_run: true });
  await path.together([put, { path: 'c', text: '1', only_new: true }], [put, { path: 'c', text: '2', only_new: true }]);
  const { plan } = await path.call(drop, { path: 'b' });
  await path.audit.record({ event: 'refused', operation: 'put', risk: 'low', actor: ada, code: 'invalid_input' });
  await path.call(drop, { path: 'b', confirm_token: plan?.confirm_token });
  await path.call(put, { path: 'a', text: '3' });
  await path.call(undo, { path: 'a', reason: 'back again' });
}

async function open(): Promise<void> {
  path = await WritePath.open();
  key = Keys.open(dirname(path.gitDir)).auditKey;
}

beforeAll(() => {
  log.level = 'silent';
});
/** Whether the path is of this test alone. */
let isOwn = false;
const openOwn = async () => {
  isOwn = true;
  await open();
};
afterEach(async () => {
  if (isOwn) await path.close();
  isOwn = false;
});

describe('books in order', () => {
  it('hold, and are counted', async () => {
    await openOwn();
    await furnish();
    await path.gitops.commit(
      () => Promise.resolve([byHand('by hand')]),
      () => Promise.resolve(),
    );
    const { entries, head, ...verification } = await verify();
    expect(verification).toMatchObject({
      ok: true,
      findings: [],
      operations: 7,
      open_operations: 0,
      commits: 6,
      other_commits: 1,
      anchors: { held: 6, before_rebuild: 0, none: 0 },
      rebuilt: null,
    });
    expect(head.seq).toBe(entries);
    expect(entries).toBe((await rowsOf()).audit.length);
  });

  it('hold before the first write', async () => {
    await openOwn();
    expect(await verify()).toMatchObject({ ok: true, entries: 0, commits: 0, commit: null });
  });

  it('hold in every part', async () => {
    await openOwn();
    await furnish();
    const ids = await path.gitops.commits.ids({ to: (await path.remote.head()) ?? '' });
    const whole = await verify();
    for (const [index, id] of ids.entries()) {
      expect(await verify(id)).toMatchObject({ ok: true, commits: ids.length - index - 1, since: id });
    }
    expect(await verify('1d')).toMatchObject({ ok: true, commits: whole.commits, entries: whole.entries });
    await expect(verify('2999-01-01')).rejects.toMatchObject({
      code: 'invalid_input',
      details: { field: 'since', got: '2999-01-01', expected: expect.stringContaining('has passed') },
    });
    await expect(verify('no-such-thing')).rejects.toMatchObject({ code: 'invalid_input', details: { field: 'since' } });
    await expect(verify('--all')).rejects.toMatchObject({ code: 'invalid_input' });
  });

  it('hold while operations wait and fail, and while others are written', async () => {
    await openOwn();
    path.remote.publishes.push(away, lost);
    const calls = Array.from({ length: 12 }, (_, index) =>
      path.call(put, { path: `f-${index % 5}`, text: String(index), only_new: index % 3 === 0 }),
    );
    while (
      (await path.store.db.selectFrom('operations').select('id').where('status', '=', 'submitted').execute()).length
    ) {
      expect(await codes()).toEqual([]);
    }
    await Promise.allSettled(calls);
    expect(await codes()).toEqual([]);
  });

  const step = fc.oneof(
    fc.record({ kind: fc.constant('put' as const), path: fc.constantFrom('a', 'b'), onlyNew: fc.boolean() }),
    fc.record({ kind: fc.constant('queue' as const), path: fc.constantFrom('a', 'b'), onlyNew: fc.boolean() }),
    fc.record({ kind: fc.constantFrom('drop' as const, 'plan' as const, 'refused' as const, 'away' as const) }),
  );

  it('hold whatever has happened in whatever order', async () => {
    await openOwn();
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 5 }), async (steps) => {
        for (const each of steps) await act(each).catch(() => undefined);
        expect((await verify()).findings).toEqual([]);
      }),
      { numRuns: 6, endOnFailure: true },
    );
    path.workflows.wake();
    const { operations } = await rowsOf();
    await path.ended(operations.map(({ id }) => id));
    expect(await verify()).toMatchObject({ ok: true, open_operations: 0 });
  }, 180_000);

  type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

  async function act(each: Step): Promise<unknown> {
    switch (each.kind) {
      case 'put':
        return path.call(put, { path: each.path, text: ulid(), only_new: each.onlyNew, wait_seconds: 1 });
      case 'queue':
        return path.queue([put, { path: each.path, text: ulid(), only_new: each.onlyNew }]);
      case 'drop': {
        const { plan } = await path.call(drop, { path: 'a' });
        return path.call(drop, { path: 'a', confirm_token: plan?.confirm_token });
      }
      case 'plan':
        return path.call(put, { path: 'a', text: 'x', dry_run: true });
      case 'refused':
        return path.audit.record({ event: 'refused', operation: 'put', risk: 'low', actor: ada, code: 'x' });
      case 'away':
        return path.remote.publishes.push(away);
    }
  }
});

describe('a trail that somebody has touched', () => {
  let books: Rows;
  /** Number of the newest entry that a commit names. */
  let anchored: number;

  beforeAll(async () => {
    await open();
    await furnish();
    books = await rowsOf();
    const ids = await path.gitops.commits.ids({ to: (await path.remote.head()) ?? '' });
    const anchors = (await path.gitops.commits.read(ids)).flatMap(({ trailers }) =>
      trailers.flatMap(([name, value]) => (name === 'Audit-Head' ? [parseInt(value, 10)] : [])),
    );
    anchored = Math.max(...anchors);
    expect(anchored).toBeGreaterThan(10);
  });

  afterEach(() => replace(books));
  afterAll(() => path.close());

  const position = fc.nat().map((n) => n % books.audit.length);
  /** Any column with any value that it does not have. */
  const edit = fc
    .tuple(fc.nat(), fc.nat(), fc.option(fc.string({ maxLength: 12 }), { nil: null }), fc.integer({ min: -5, max: 99 }))
    .map(([row, column, text, number]): Edit | undefined => {
      const before = books.audit[row % books.audit.length] as AuditRow;
      const names = Object.keys(before) as (keyof AuditRow)[];
      const name = names[column % names.length] as keyof AuditRow;
      const isRequired = REQUIRED.has(name);
      const value = name === 'seq' ? number : (text ?? (isRequired ? '' : null));
      return before[name] === value ? undefined : { row: row % books.audit.length, name, value };
    })
    .filter((each): each is Edit => each !== undefined);

  /** What `change` makes of the entries is what the store has then. */
  async function tampered(entries: readonly AuditRow[], head?: AuditHeadRow): Promise<FindingCode[]> {
    await replace({ ...books, audit: entries, head: head ?? books.head });
    const found = await codes();
    await replace(books);
    return found;
  }

  const sealed = (entries: readonly AuditRow[], sealKey: Uint8Array): AuditHeadRow => {
    const { seq, hash } = entries.at(-1) ?? { seq: 0, hash: GENESIS };
    return { id: 1, seq, hash, seal: sealOf(sealKey, { seq, hash }) };
  };

  it('S83 is found by any single edit of any column of any entry', async () => {
    await fc.assert(
      fc.asyncProperty(edit, async (each) => {
        const entries = edited(books.audit, each);
        fc.pre(new Set(entries.map(({ seq }) => seq)).size === entries.length);
        expect(await tampered(entries)).not.toEqual([]);
      }),
      RUNS,
    );
  });

  it('S83 is found by an edit whose hash was made to fit, or the hashes of all that follow', async () => {
    await fc.assert(
      fc.asyncProperty(edit, fc.boolean(), async (each, isTail) => {
        fc.pre(each.name !== 'seq' && each.name !== 'hash' && each.name !== 'prev_hash');
        const changed = edited(books.audit, each);
        const entries = isTail
          ? rehashed(changed, each.row)
          : changed.map((row, index) => (index === each.row ? withHash(row) : row));
        expect(await tampered(entries)).not.toEqual([]);
        // Whoever has the store but not the key can set the head, and not seal it.
        expect(await tampered(entries, sealed(entries, Buffer.alloc(32)))).toContain('head_unsealed');
        expect(await tampered(entries, { ...sealed(entries, key), seal: '' })).toContain('head_unsealed');
      }),
      RUNS,
    );
  });

  it('is found by what git knows, even by whoever has the key', async () => {
    await fc.assert(
      fc.asyncProperty(edit, async (each) => {
        fc.pre(each.name !== 'seq' && each.name !== 'hash' && each.name !== 'prev_hash');
        fc.pre(each.row < anchored);
        const entries = rehashed(edited(books.audit, each), each.row);
        expect(await tampered(entries, sealed(entries, key))).toContain('anchor_broken');
      }),
      RUNS,
    );
  });

  it('S83 is found by any drop', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(position, { minLength: 1, maxLength: 6 }), async (dropped) => {
        const left = books.audit.filter((_, index) => !dropped.includes(index));
        expect(await tampered(left)).not.toEqual([]);
        expect(await tampered(left, sealed(left, Buffer.alloc(32)))).toContain('head_unsealed');
        if (Math.min(...dropped) < anchored - 1) {
          const renumbered = rehashed(
            left.map((row, index) => ({ ...row, seq: index + 1 })),
            0,
          );
          expect(await tampered(renumbered, sealed(renumbered, key))).toContain('anchor_broken');
        }
      }),
      RUNS,
    );
  });

  it('S83 is found by any swap', async () => {
    await fc.assert(
      fc.asyncProperty(position, position, async (one, other) => {
        fc.pre(one !== other);
        const entries = [...books.audit];
        const [a, b] = [entries[one] as AuditRow, entries[other] as AuditRow];
        entries[one] = { ...b, seq: a.seq };
        entries[other] = { ...a, seq: b.seq };
        expect(await tampered(entries)).toEqual(expect.arrayContaining(['entry_changed', 'entry_misplaced']));
        const fitting = rehashed(entries, 0);
        expect(await tampered(fitting)).not.toEqual([]);
      }),
      RUNS,
    );
  });

  it('S83 is found by any truncation, and by entries added', async () => {
    for (let length = 0; length < books.audit.length; length++) {
      const left = books.audit.slice(0, length);
      expect(await tampered(left)).toContain('tail_missing');
      expect(await tampered(left, sealed(left, Buffer.alloc(32)))).toContain('head_unsealed');
      if (length < anchored) expect(await tampered(left, sealed(left, key))).toContain('anchor_broken');
    }
    const last = books.audit.at(-1) as AuditRow;
    const added = rehashed([...books.audit, { ...last, seq: last.seq + 1, event: 'refused', operation_id: null }], 0);
    expect(await tampered(added)).toEqual(['tail_added']);
    await replace({ ...books, head: undefined });
    expect(await codes()).toEqual(['head_missing']);
  });

  it('goes on being found when MCTL has written more', async () => {
    const left = books.audit.slice(0, -1);
    const kinds: [AuditHeadRow | undefined, FindingCode][] = [
      [books.head, 'entry_missing'],
      [sealed(left, Buffer.alloc(32)), 'head_unsealed'],
      [{ ...sealed(left, key), seal: '' }, 'head_unsealed'],
      [undefined, 'head_unsealed'],
    ];
    for (const [head, code] of kinds) {
      await replace({ ...books, audit: left, head });
      await path.audit.record({ event: 'refused', operation: 'put', risk: 'low', actor: ada });
      await path.audit.record({ event: 'refused', operation: 'put', risk: 'low', actor: ada });
      expect(await codes()).toContain(code);
    }
  });

  it('is found with another key', async () => {
    const { findings } = await verify(undefined, Buffer.alloc(32));
    expect(findings.map(({ code }) => code)).toEqual(['head_unsealed']);
  });

  it('is found where a row of an operation says something else', async () => {
    const text = fc.string({ minLength: 1, maxLength: 8 }).map((each) => `x${each.replace(/\W/g, '')}`);
    const row = fc.nat().map((n) => books.operations[n % books.operations.length] as OperationRow);
    await fc.assert(
      fc.asyncProperty(row, fc.constantFrom(...TOLD), text, async ({ id, status }, name, value) => {
        fc.pre(status === 'succeeded' || !ONLY_IN_COMMITS.has(name));
        await path.store.db
          .updateTable('operations')
          .set({ [name]: value })
          .where('id', '=', id)
          .execute();
        expect([name, await codes()]).toEqual([name, expect.arrayContaining([expect.any(String)])]);
        await replace(books);
      }),
      RUNS,
    );
  });

  it('is found where rows or their endings are gone', async () => {
    const [first] = books.operations.filter(({ status }) => status === 'succeeded') as [OperationRow];
    await replace({ ...books, operations: books.operations.filter(({ id }) => id !== first.id) });
    expect(new Set(await codes())).toEqual(new Set(['record_orphan', 'commit_unknown']));
    await replace({
      ...books,
      operations: books.operations.map((row) => (row === first ? { ...row, status: 'failed' } : row)),
    });
    expect(await codes()).toEqual(expect.arrayContaining(['commit_of_failed', 'record_incomplete']));
    await replace({
      ...books,
      operations: books.operations.map((row) => (row === first ? { ...row, door: 'git' } : row)),
    });
    expect(await codes()).toEqual(expect.arrayContaining(['record_disagrees', 'record_incomplete']));
    await replace(books);
    expect(await codes()).toEqual([]);
  });

  it('names entry, operation and commit, what it means and what to do', async () => {
    const last = books.operations.filter(({ status }) => status === 'succeeded').at(-1) as OperationRow;
    await path.store.db.updateTable('operations').set({ actor: 'mallory' }).where('id', '=', last.id).execute();
    const { findings, findings_total: total } = await verify();
    expect(total).toBe(3);
    expect(findings).toContainEqual({
      code: 'commit_disagrees',
      what: `commit ${last.commit} and ${last.workflow} differ in Requested-By, author`,
      means: expect.any(String),
      fix: expect.any(String),
      entry: null,
      operation: last.id,
      commit: last.commit,
    });
  });
});

describe('a branch that somebody has touched', () => {
  let books: Rows;
  let tip: string;

  beforeAll(async () => {
    await open();
    await furnish();
    books = await rowsOf();
    tip = await head();
  });

  afterEach(async () => {
    await path.remote.publish(await head(), tip);
    await replace(books);
    expect(await codes()).toEqual([]);
  });

  afterAll(() => path.close());

  const head = async () => (await path.remote.head()) ?? '';
  const write = (...drafts: ReturnType<typeof byHand>[]) =>
    path.gitops.commit(
      () => Promise.resolve(drafts),
      () => Promise.resolve(),
    );
  const newest = async () => (await path.gitops.commits.read([await head()]))[0]!;
  const messageOf = ({ subject, body }: { subject: string; body: string }) => `${subject}\n\n${body}\n`;

  it('shows what a force push took away', async () => {
    const ids = await path.gitops.commits.ids({ to: await head() });
    await path.remote.publish(ids.at(-1), ids.at(-3)!);
    const { findings } = await verify();
    expect(findings.map(({ code, commit }) => [code, commit])).toEqual(
      expect.arrayContaining([
        ['commit_missing', ids.at(-1)],
        ['commit_missing', ids.at(-2)],
      ]),
    );
    expect(findings).toHaveLength(2);
  });

  it('shows a commit that was written anew with other words', async () => {
    const ids = await path.gitops.commits.ids({ to: await head() });
    const { subject, body } = await newest();
    await path.remote.publish(ids.at(-1), ids.at(-2)!);
    await path.gitops.refresh();
    await write(byHand(messageOf({ subject, body: body.replace('Requested-By: ada', 'Requested-By: eve') })));
    expect(await codes()).toEqual(['commit_disagrees', 'commit_missing']);
    const { findings } = await verify();
    expect(findings.find(({ code }) => code === 'commit_disagrees')?.what).toMatch(
      /differ in Requested-By, commit, author$/,
    );
  });

  it('shows a copy, a forgery and an anchor that was never there', async () => {
    await write(byHand(messageOf(await newest())));
    expect(await codes()).toEqual(['commit_doubled']);
    const anchor = `Audit-Head: 2 ${'0'.repeat(64)}`;
    await write(byHand(`x(y): z\n\nOperation-Id: ${ulid()}\nReverts: nothing\n${anchor}\n`));
    expect(await codes()).toEqual(['anchor_broken', 'commit_doubled', 'commit_unknown']);
    await write(byHand(`x(y): z\n\nOperation-Id:\nAudit-Head: nonsense\n`));
    expect(await codes()).toEqual(['anchor_broken', 'commit_doubled', 'commit_forged', 'commit_unknown']);
  });

  it.each([
    ['operation-id: 01FORGED', 'Operation-Id', '01FORGED'],
    ['OPERATION-ID: 01FORGED\naudit-head: x', 'Operation-Id, Audit-Head', '01FORGED'],
    ['Operation-Id:', 'Operation-Id', null],
    ['AUDIT-head: 1 x', 'Audit-Head', null],
    ['Workflow: w\nrequest-id: r', 'Workflow, Request-Id', null],
  ])('shows a commit of no operation that says %j', async (trailers, marks, operation) => {
    await write(byHand(`chore: hello\n\n${trailers}\n`));
    const { findings, other_commits } = await verify();
    expect(findings).toMatchObject([{ code: 'commit_forged', commit: await head(), operation }]);
    expect(findings[0]?.what).toContain(` carries ${marks}, `);
    expect(other_commits).toBe(1);
  });

  it('says nothing of the trailers of other programs', async () => {
    await write(byHand('chore: hello\n\nWorkflow: build\nReviewed-By: eve\nOperation: none\n'));
    await write(byHand('chore: hello\n\nRequest-Id: 7\n'));
    expect(await codes()).toEqual([]);
  });

  it('shows that an operation was ended by a commit with a misspelt id', async () => {
    await replaceNewest((body) => body.replace('Operation-Id:', 'operation-id:'));
    expect(await codes()).toEqual(['commit_forged', 'commit_missing']);
  });

  it.each([
    ['workflow: another', 'Workflow'],
    ['REQUESTED-BY: ada', 'Requested-By'],
    ['operation-id: 01FORGED', 'Operation-Id'],
    ['audit-head: x', 'Audit-Head'],
    ['Reverts: x\nreverts: x', 'Reverts'],
  ])('shows a commit that says %j beside what it should', async (more, name) => {
    await replaceNewest((body) => `${body}\n${more}`);
    const { findings } = await verify();
    const disagreeing = findings.find(({ code }) => code === 'commit_disagrees');
    expect(disagreeing?.what).toMatch(new RegExp(` differ in ${name}$`));
  });

  it('shows a commit without its anchor after one that has it, also where only a part is looked at', async () => {
    const before = await replaceNewest((body) => body.replace(/\nAudit-Head: .*/, ''));
    const missing = { code: 'anchor_missing', commit: await head() };
    expect((await verify()).findings).toMatchObject([missing]);
    expect(await verify(before)).toMatchObject({ findings: [missing], anchors: { held: 0, none: 1 } });
  });

  /** Puts another body under the newest commit, and its id into all of the store, as if MCTL had believed it. Answers its parent. */
  async function replaceNewest(change: (body: string) => string): Promise<string> {
    const { sha, subject, body, parents } = await newest();
    const [parent = ''] = parents;
    await path.remote.publish(sha, parent);
    await path.gitops.refresh();
    await write(byHand(messageOf({ subject, body: change(body) }), ada.login));
    const commit = await head();
    const renamed = <Row extends { commit: string | null }>(row: Row): Row =>
      row.commit === sha ? { ...row, commit } : row;
    const entries = rehashed(books.audit.map(renamed), 0);
    const { seq, hash } = entries.at(-1) as AuditRow;
    const sealed = { id: 1, seq, hash, seal: sealOf(key, { seq, hash }) } as const;
    await replace({ ...books, operations: books.operations.map(renamed), audit: entries, head: sealed });
    return parent;
  }
});

describe('books of a version without seals and anchors', () => {
  it('hold, and are sealed by the next entry', async () => {
    await openOwn();
    await path.call(put, { path: 'a', text: '1', reason: 'old' });
    const [commit] = await path.gitops.commits.read([(await path.remote.head()) ?? '']);
    await forget(commit!);
    expect(await verify()).toMatchObject({ ok: true, findings: [], commits: 1, anchors: { held: 0, none: 1 } });

    await path.call(put, { path: 'b', text: '1' });
    expect(await verify()).toMatchObject({ ok: true, findings: [], anchors: { held: 1, none: 1 } });
    await path.store.db.updateTable('audit_head').set({ seal: '' }).execute();
    expect(await codes()).toEqual(['head_unsealed']);
  });

  it('get their head from the migration, and none where nothing was recorded', async () => {
    await openOwn();
    const { auditHead } = await migrated();
    expect(await auditHead()).toBeUndefined();
    await path.audit.record({ event: 'refused', operation: 'put', risk: 'low', actor: ada });
    await path.audit.record({ event: 'refused', operation: 'put', risk: 'low', actor: ada });
    const [, last] = (await rowsOf()).audit;
    expect(await auditHead()).toEqual({ id: 1, seq: 2, hash: last?.hash, seal: '' });
    expect(await codes()).toEqual([]);
    await path.audit.record({ event: 'refused', operation: 'put', risk: 'low', actor: ada });
    const { head } = await rowsOf();
    expect(head).toMatchObject({ seq: 4, seal: sealOf(key, head!) });
    expect((await rowsOf()).audit[2]).toMatchObject({ event: 'sealed', reason: 'entries up to 2 had no seal yet' });
    expect(await codes()).toEqual([]);
  });

  /** Runs the second migration again on the present rows. */
  async function migrated() {
    const all = await migrations.getMigrations();
    const { db } = path.store;
    const auditHead = async () => {
      await db.schema.dropTable('audit_head').execute();
      await db.schema.dropIndex('audit_of_operation').execute();
      await all['002-audit-head']!.up(db);
      return db.selectFrom('audit_head').selectAll().executeTakeFirst();
    };
    return { auditHead };
  }

  /** Puts the same commit without its anchor in its place, and the trail that such a version would have left. */
  async function forget({ sha, subject, body }: LogEntry): Promise<void> {
    const message = `${subject}\n\n${body.replace(/\nAudit-Head: .*/, '')}\n`;
    const [commit = ''] = await writeCommits(path.gitDir, undefined, [byHand(message, ada.login)]);
    await path.remote.publish(sha, commit);
    const rows = await rowsOf();
    const renamed = <Row extends { commit: string | null }>(all: readonly Row[]) =>
      all.map((row) => (row.commit === null ? row : { ...row, commit }));
    const entries = rehashed(renamed(rows.audit), 0);
    const { seq, hash } = entries.at(-1) as AuditRow;
    await replace({
      ...rows,
      operations: renamed(rows.operations),
      audit: entries,
      head: { id: 1, seq, hash, seal: '' },
    });
  }
});

function byHand(message: string, name = 'Hand') {
  const committer = { name: 'Hand', email: 'hand@example.org' };
  const author = name === 'Hand' ? committer : { name, email: `${name}@users.noreply.mctl.local` };
  return { changes: [], message, author, committer, at: new Date() };
}

const REQUIRED: ReadonlySet<keyof AuditRow> = new Set([
  'at',
  'event',
  'operation',
  'actor',
  'auth_method',
  'door',
  'request_id',
  'risk',
  'prev_hash',
  'hash',
]);
const TOLD = [
  'workflow',
  'operation',
  'team',
  'target',
  'actor',
  'actor_email',
  'auth_method',
  'client',
  'door',
  'request_id',
  'reason',
  'plan_digest',
  'idempotency_key',
  'commit',
  'status',
] as const;
const ONLY_IN_COMMITS: ReadonlySet<string> = new Set(['actor_email', 'plan_digest', 'idempotency_key', 'commit']);

interface Edit {
  readonly row: number;
  readonly name: keyof AuditRow;
  readonly value: string | number | null;
}

interface Rows {
  readonly operations: readonly OperationRow[];
  readonly steps: readonly StepRow[];
  readonly audit: readonly AuditRow[];
  readonly head: AuditHeadRow | undefined;
}

async function rowsOf(): Promise<Rows> {
  const { db } = path.store;
  return {
    operations: await db.selectFrom('operations').selectAll().orderBy('id').execute(),
    steps: await db.selectFrom('operation_steps').selectAll().execute(),
    audit: await db.selectFrom('audit').selectAll().orderBy('seq').execute(),
    head: await db.selectFrom('audit_head').selectAll().executeTakeFirst(),
  };
}

async function replace({ operations, steps, audit, head }: Rows): Promise<void> {
  const known = new Set(operations.map(({ id }) => id));
  await path.store.transaction(async (transaction) => {
    const fill = async (table: 'operations' | 'operation_steps' | 'audit' | 'audit_head', rows: readonly object[]) => {
      if (rows.length > 0) {
        await transaction.insertInto(table).values(rows).execute();
      }
    };
    for (const table of ['operation_steps', 'operations', 'audit', 'audit_head'] as const) {
      await transaction.deleteFrom(table).execute();
    }
    await fill('operations', operations);
    const left = steps.filter(({ operation_id: id }) => known.has(id));
    await fill('operation_steps', left);
    await fill('audit', audit);
    await fill('audit_head', head ? [head] : []);
  });
}

function edited(entries: readonly AuditRow[], { row, name, value }: Edit): AuditRow[] {
  return entries.map((entry, index) => (index === row ? { ...entry, [name]: value } : entry));
}

function withHash({ hash: _, ...row }: AuditRow): AuditRow {
  return { ...row, hash: hashOf(row) };
}

/** The chain made to fit from one entry on, as somebody with the source code would. */
function rehashed(entries: readonly AuditRow[], from: number): AuditRow[] {
  const fitting = entries.slice(0, from);
  for (const entry of entries.slice(from)) {
    fitting.push(withHash({ ...entry, prev_hash: fitting.at(-1)?.hash ?? GENESIS }));
  }
  return fitting;
}
