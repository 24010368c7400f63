import { openTestStore } from '../../../test/support/test-store';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { Keys } from '../keys';
import { Store } from '../store';
import { Audit, type AuditEntry } from './audit';
import { AuditQuery } from './audit-query';
import { hashOf } from './chain';

const entry = (change: Partial<AuditEntry> & { login?: string } = {}): AuditEntry => ({
  event: 'refused',
  operation: 'create-tenant',
  risk: 'medium',
  actor: { login: change.login ?? 'ada', method: 'local', isAdmin: false, via: { door: 'rest', requestId: 'r-1' } },
  ...change,
});

let folder: string;
let store: Store;
let audit: Audit;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'mctl-audit-'));
  store = await openTestStore(folder);
  audit = new Audit(store, Keys.open(folder));
});

afterEach(async () => {
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

const rows = () => store.db.selectFrom('audit').selectAll().orderBy('seq').execute();

/** Sequence numbers whose entry does not hold. */
async function broken(): Promise<number[]> {
  const all = await rows();
  return all.flatMap(({ hash, ...row }, index) => {
    const holds =
      row.seq === index + 1 && row.prev_hash === (all[index - 1]?.hash ?? '0'.repeat(64)) && hashOf(row) === hash;
    return holds ? [] : [row.seq];
  });
}

describe('Audit', () => {
  it('chains what is recorded at the same moment in one line', async () => {
    await Promise.all(Array.from({ length: 100 }, (_, index) => audit.record(entry({ target: `t-${index}` }))));
    const all = await rows();
    expect(all).toHaveLength(100);
    expect(new Set(all.map(({ target }) => target)).size).toBe(100);
    expect(await broken()).toEqual([]);
  });

  it('chains several entries of one transaction, and goes on after a restart', async () => {
    await store.transaction((transaction) =>
      audit.append(transaction, [entry({ target: 'a' }), entry({ target: 'b' })]),
    );
    await store.close();
    store = await openTestStore(folder);
    audit = new Audit(store, Keys.open(folder));
    await audit.record(entry({ target: 'c' }));
    expect((await rows()).map(({ seq, target }) => [seq, target])).toEqual([
      [1, 'a'],
      [2, 'b'],
      [3, 'c'],
    ]);
    expect(await broken()).toEqual([]);
  });

  it('holds whatever text it was given', async () => {
    const text = fc.option(fc.string({ unit: 'binary', maxLength: 30 }), { nil: undefined });
    const facts = fc.record({ target: text, reason: text, team: text, code: text, workflow: text });
    await fc.assert(
      fc.asyncProperty(facts, async (given) => {
        await audit.record(entry(given));
        expect(await broken()).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });

  it('shows an entry that was changed, dropped or put elsewhere', async () => {
    for (const target of ['a', 'b', 'c', 'd']) await audit.record(entry({ target }));
    await store.db.updateTable('audit').set({ reason: 'another' }).where('seq', '=', 2).execute();
    expect(await broken()).toEqual([2]);
    await store.db.updateTable('audit').set({ reason: null }).where('seq', '=', 2).execute();
    expect(await broken()).toEqual([]);
    await store.db.deleteFrom('audit').where('seq', '=', 3).execute();
    expect(await broken()).toEqual([4]);
  });

  it('goes with its transaction', async () => {
    const failing = store.transaction(async (transaction) => {
      await audit.append(transaction, [entry()]);
      throw new Error('later');
    });
    await expect(failing).rejects.toThrow('later');
    expect(await rows()).toEqual([]);
  });

  it('says that nothing was done where it cannot be written', async () => {
    await store.close();
    await expect(audit.record(entry())).rejects.toMatchObject({ code: 'audit_unavailable', retryable: true });
    store = await openTestStore(folder);
  });
});

describe('AuditQuery', () => {
  const seqs = async (filter: Partial<Parameters<AuditQuery['list']>[0]>) =>
    (await new AuditQuery(store).list({ limit: 10, formerTeams: true, ...filter })).map(({ seq }) => seq);

  beforeEach(async () => {
    await audit.record(entry({ team: 'billing', event: 'submitted' }));
    await audit.record(entry({ team: 'billing', event: 'succeeded', operation: 'deploy-service', login: 'grace' }));
    await audit.record(entry({ team: 'search', login: 'grace' }));
    await audit.record(entry({ login: 'grace' }));
    await audit.record(entry());
  });

  it.each([
    ['everything to whoever may see all, newest first', {}, [5, 4, 3, 2, 1]],
    ['the teams and what the caller did', { teams: ['billing'], self: 'ada' }, [5, 2, 1]],
    ['only the own entries where there are no teams', { teams: [], self: 'grace' }, [4, 3, 2]],
    ['nothing to a nobody', { teams: [] }, []],
    ['one actor', { actor: 'grace' }, [4, 3, 2]],
    ['one operation', { operation: 'deploy-service' }, [2]],
    ['one event', { event: 'refused' }, [5, 4, 3]],
    ['what is older than an entry', { before: 3 }, [2, 1]],
    ['a page', { limit: 2 }, [5, 4]],
    ['filtered first and limited then', { teams: ['billing'], self: 'nobody', limit: 1 }, [2]],
    ['an actor within the visible teams only', { teams: ['search'], self: 'ada', actor: 'grace' }, [3]],
    ['nothing from the future', { notBefore: new Date(Date.now() + 60_000) }, []],
    ['all since long ago', { notBefore: new Date(0) }, [5, 4, 3, 2, 1]],
  ])('shows %s', async (_, filter, expected) => {
    expect(await seqs(filter)).toEqual(expected);
  });
});
