import { openTestStore } from '../../test/support/test-store';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type OperationRow, type RepositoryGrantRow, Store } from '../platform/store';
import { RepositoryRows } from './repository-rows';
import { RepositoryTeams } from './repository-teams';

const APP = 'https://github.com/1';

let folder: string;
let store: Store;
let rows: RepositoryRows;
let teams: RepositoryTeams;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'mctl-teams-'));
  store = await openTestStore(folder);
  rows = new RepositoryRows(store);
  teams = new RepositoryTeams({ app: APP } as ConstructorParameters<typeof RepositoryTeams>[0], rows);
});

afterEach(async () => {
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

async function grant(change: Partial<RepositoryGrantRow>): Promise<void> {
  const repository = { repository_id: 42, app: APP, installation_id: 7, account: 'acme', full_name: 'acme/api' };
  const consent = { operation_id: '1', agreed_by: 'octocat', granted_at: '2026-03-01T12:00:00.000Z' };
  const seen = { private: null, default_branch: null, synced_at: null };
  const row = { team: 'billing', ...repository, ...consent, ...seen, ...change };
  await store.transaction((transaction) => rows.grant(transaction, row));
}

async function deleteTeam(team: string, id: string): Promise<void> {
  const row = { id, workflow: `w-${id}`, operation: 'delete-tenant', team, target: team, status: 'succeeded' };
  const call = { actor: 'olga', auth_method: 'local', door: 'rest', request_id: 'r', args_digest: '', input: '{}' };
  const time = '2026-03-01T12:00:00.000Z';
  const end = { summary: '', answer: '{}', attempts: 1, stage: 'commit' };
  const values = { ...row, ...call, ...end, submitted_at: time, finished_at: time, next_run_at: time };
  await store.db
    .insertInto('operations')
    .values(values as unknown as OperationRow)
    .execute();
}

it('names the teams a repository was granted to, the first one first', async () => {
  await grant({ team: 'aaa', granted_at: '2026-03-02T12:00:00.000Z' });
  await grant({});
  expect(await teams.grantedTo(42)).toEqual(['billing', 'aaa']);
  expect(await teams.grantedTo(43)).toEqual([]);
});

it('knows nothing of another App, and nothing that was granted to a deleted team of that name', async () => {
  await grant({ app: 'https://github.com/2' });
  await grant({ team: 'shop' });
  await deleteTeam('shop', '2');
  expect(await teams.grantedTo(42)).toEqual([]);
});
