import { cpSync, existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'libsql';
import type { Verification } from '../../src/platform/audit/verify/verification';
import { column, RestTestClient } from '../support/clients';
import { type Finished, Workplace } from '../support/commands';
import { done, furnish, PEOPLE, signedIn } from '../support/furnish';
import { faultsAtRest, readLedger } from '../support/ledger';
import type { Loose } from '../support/loose';
import { commitsOf, git, Person } from '../support/plain-git';
import { Program } from '../support/program';

const VERIFIED = 0;
const FAULT = 1;
const REFUSED = 4;
const UNVERIFIED = 5;

let place: Workplace;
let program: Program | undefined;

const gitDir = () => join(place.dataDir, 'gitops.git');
const store = () => join(place.dataDir, 'mctl.db');
const verify = (...args: string[]) => place.mctl(['audit', 'verify', ...args]);
const parsed = ({ stdout }: Finished) => JSON.parse(stdout) as Verification;
const codesOf = (finished: Finished) => parsed(finished).findings.map(({ code }) => code);

const twice = (code: string) => [code, code];

async function start(): Promise<Program> {
  mkdirSync(place.dataDir, { recursive: true });
  return (program = await Program.start({ dataDir: place.dataDir }));
}

async function stop(): Promise<void> {
  await program?.stop();
  program = undefined;
}

const as = (login: string): Promise<RestTestClient> =>
  signedIn({ url: program?.url ?? '', dataDir: place.dataDir }, login);

/** A team with a service and a history, calls that were refused, planned and failed among it. */
async function live(): Promise<void> {
  await start();
  const running = program as Program;
  await furnish(running, { open: false });
  const [admin, stranger] = [await as('admin'), await as(PEOPLE.stranger)];
  const api = { team: 'billing', service: 'api' };
  await done(await as(PEOPLE.developer), 'scale-service', { ...api, replicas: 3, reason: 'sale: on Monday' });
  await done(admin, 'rollback-service', { ...api, idempotency_key: 'rollback-0001', reason: 'Reviewed-by: nobody' });
  await done(admin, 'deploy-service', { ...api, action: 'update-config', env: { A: '1' } });
  expect((await stranger.execute('scale-service', { ...api, replicas: 1 })).status).toBe(404);
  expect((await admin.execute('scale-service', { ...api, replicas: 1, dry_run: true })).status).toBe(200);
  const { body } = await admin.execute('retire-service', api);
  await done(admin, 'retire-service', { ...api, confirm_token: body.plan.confirm_token });
  await done(admin, 'create-tenant', { team: 'late', display_name: 'Late (to) the party' });
}

beforeAll(async () => {
  place = new Workplace();
  await live();
});

afterAll(async () => {
  await stop();
  place?.dispose();
});

describe('mctl audit verify beside a running server', () => {
  it('finds everything in order, through the server', async () => {
    const { code, stdout, stderr } = await verify();
    expect({ code, stderr }).toEqual({ code: VERIFIED, stderr: '' });
    const { count } = (await (await as('admin')).get('/api/v1/workflows?limit=200')).body as { count: number };
    const [, entries = '', head] =
      /^(\d+) audit entries \(\d+ a second\), head (\d+) [0-9a-f]{12}\n/.exec(stdout) ?? [];
    expect(head).toBe(entries);
    // Each operation has its intent and its end; what needed a confirmation also the plan before it.
    expect(Number(entries)).toBeGreaterThan(2 * count);
    expect(stdout).toContain(`${count} operations\n`);
    expect(stdout).toContain(`${count} commits of operations, 1 of others`);
    expect(stdout).toContain(`${count} commits anchored in the chain\n`);
    expect(stdout).toMatch(/All of it agrees\.\n$/);
    expect(parsed(await verify('--json', '--since', '1h'))).toMatchObject({ ok: true, since: '1h', operations: count });
  });

  it('is for administrators, over REST too', async () => {
    expect((await (await as(PEOPLE.owner)).get('/api/v1/audit/verification')).status).toBe(403);
    expect((await (await as('admin')).get('/api/v1/audit/verification')).body).toMatchObject({
      ok: true,
      findings: [],
    });
    const { code, stdout } = await verify('--user', PEOPLE.owner);
    expect({ code, stdout }).toEqual({ code: REFUSED, stdout: expect.stringMatching(/^refused \(/) });
  });

  it('says where to begin', async () => {
    const { code, stdout } = await verify('--since', 'nowhere');
    expect(code).toBe(REFUSED);
    expect(stdout).toContain('a duration (7d), a date (2026-01-31) or a commit of the branch');
    expect((await verify('--user', 'a b')).code).toBe(2);
  });

  it('holds while people write', async () => {
    const admin = await as('admin');
    const writes = Array.from({ length: 12 }, (_, index) =>
      admin.execute('create-tenant', { team: `busy-${index}`, wait_seconds: 25 }),
    );
    const looks = await Promise.all([verify('--json'), verify('--json')]);
    for (const look of looks) expect([look.code, codesOf(look)]).toEqual([VERIFIED, []]);
    expect((await Promise.all(writes)).map(({ status }) => status)).toEqual(writes.map(() => 200));
    await done(admin, 'create-tenant', { team: 'last' });
    expect((await verify()).code).toBe(VERIFIED);
  });

  it('does not let a rebuild begin', async () => {
    const { code, stdout, stderr } = await place.mctl(['audit', 'rebuild']);
    expect({ code, stdout }).toEqual({ code: FAULT, stdout: '' });
    expect(stderr).toContain('Stop it, then call again.');
  });
});

describe('mctl audit', () => {
  it.each([[], ['verify'], ['rebuild']])('%s explains itself', async (...command) => {
    const { code, stdout, stderr } = await place.mctl(['audit', ...command, '--help']);
    expect({ code, stderr }).toEqual({ code: VERIFIED, stderr: '' });
    expect(stdout).toContain(`Usage: ${['mctl', 'audit', ...command].join(' ')} [options]`);
    expect(stdout).toContain('Examples:');
  });
});

describe('mctl audit verify on a store at rest', () => {
  const SAVED = 'mctl.db.saved';

  beforeAll(async () => {
    await stop();
    cpSync(store(), join(place.dataDir, SAVED));
  });

  afterEach(() => cpSync(join(place.dataDir, SAVED), store()));

  async function tamper(...statements: readonly string[]): Promise<Finished> {
    const database = new Sqlite(store());
    database.exec(statements.join(';'));
    database.close();
    return verify('--json');
  }

  it('finds everything in order, as the ledger of the tests does', async () => {
    const { code, stdout } = await verify();
    expect({ code, stdout }).toEqual({ code: VERIFIED, stdout: expect.stringMatching(/All of it agrees\.\n$/) });
    expect(faultsAtRest(await readLedger(place.dataDir, gitDir()))).toEqual([]);
  });

  it.each([
    ['an edited entry', ['entry_changed', 'record_disagrees'], "UPDATE audit SET reason = 'another' WHERE seq = 5"],
    ['an edited actor', ['entry_changed', 'record_disagrees'], "UPDATE audit SET actor = 'eve' WHERE seq = 1"],
    ['a dropped refusal', ['entry_missing'], "DELETE FROM audit WHERE event = 'refused'"],
    ['a dropped plan', ['entry_missing'], "DELETE FROM audit WHERE code = 'dry_run'"],
    [
      'a cut-off tail',
      ['record_incomplete', 'tail_missing'],
      'DELETE FROM audit WHERE seq = (SELECT max(seq) FROM audit)',
    ],
    ['a lost head', ['head_missing'], 'DELETE FROM audit_head'],
    ['a head that was set', ['head_unsealed'], "UPDATE audit_head SET seal = ''"],
    [
      'entries in another order',
      ['anchor_broken', ...twice('entry_changed'), ...twice('entry_misplaced'), 'entry_misplaced', 'record_incomplete'],
      'UPDATE audit SET seq = -1 WHERE seq = 3; UPDATE audit SET seq = 3 WHERE seq = 4; UPDATE audit SET seq = 4 WHERE seq = -1',
    ],
    [
      'an operation in the name of somebody else',
      ['commit_disagrees', 'record_disagrees', 'record_disagrees'],
      "UPDATE operations SET actor = 'eve' WHERE idempotency_key = 'rollback-0001'",
    ],
    [
      'an operation that names another commit',
      ['commit_disagrees', 'commit_missing', 'record_disagrees'],
      `UPDATE operations SET "commit" = '${'0'.repeat(40)}' WHERE idempotency_key = 'rollback-0001'`,
    ],
  ])('S83 finds %s', async (_, codes, ...statements) => {
    const finished = await tamper(...(statements as string[]));
    expect([finished.code, codesOf(finished).sort()]).toEqual([UNVERIFIED, codes]);
  });

  it('shows people what was found, what it means and what to do', async () => {
    await tamper("UPDATE audit SET reason = 'another'");
    const { code, stdout } = await verify();
    expect(code).toBe(UNVERIFIED);
    expect(stdout).toMatch(
      /\nentry_changed, \d+ times:\n {2}- entry 1 \(submitted\) does not have the hash of what it says\n/,
    );
    expect(stdout.match(/The entry was edited after it was written\./g)).toHaveLength(1);
    expect(stdout).toMatch(/\n {2}fix: /);
    expect(stdout.match(/^ {2}- entry .* does not have the hash/gm)).toHaveLength(20);
    expect(stdout).toMatch(/\n {2}- and \d+ more; --json lists them\n/);
  });

  it('S83 finds what somebody pushed in the name of an operation, and what a force push took away', async () => {
    const saved = `${gitDir()}.saved`;
    cpSync(gitDir(), saved, { recursive: true });
    try {
      const person = await Person.clone(gitDir(), join(place.folder, 'clone'));
      await person.commit({}, 'x(y): z\n\nOperation-Id: 01forged\nRequested-By: admin');
      await person.push();
      expect([codesOf(await verify('--json')), codesOf(await verify('--json', '--since', 'HEAD~1'))]).toEqual([
        ['commit_unknown', 'anchor_missing'],
        ['commit_unknown', 'anchor_missing'],
      ]);
      await git(gitDir(), 'update-ref', 'refs/heads/main', 'main~3');
      const finished = await verify('--json');
      expect([finished.code, codesOf(finished)]).toEqual([UNVERIFIED, ['commit_missing', 'commit_missing']]);
    } finally {
      rmSync(gitDir(), { recursive: true });
      renameSync(saved, gitDir());
    }
    expect((await verify()).code).toBe(VERIFIED);
  });

  it('says that a file is no store', async () => {
    writeFileSync(store(), 'not a database, but long enough to be looked at'.repeat(200));
    const { code, stdout, stderr } = await verify();
    expect({ code, stdout }).toEqual({ code: FAULT, stdout: '' });
    expect(stderr).toMatch(/is damaged or no store\.\n {2}fix: /);
  });
});

describe('mctl audit rebuild', () => {
  let before: Loose[];
  let commits: number;

  const rebuild = (...args: string[]) => place.mctl(['audit', 'rebuild', ...args]);
  const workflows = async () =>
    (await (await as('admin')).get('/api/v1/workflows?limit=100&status=succeeded')).body.items as Loose[];

  beforeAll(async () => {
    await start();
    before = await workflows();
    commits = (await commitsOf(gitDir())).length;
    await stop();
  });

  it('refuses a store that holds something, and leaves it as it is', async () => {
    const { code, stderr } = await rebuild();
    expect(code).toBe(FAULT);
    expect(stderr).toMatch(/A rebuild never destroys any, so nothing was done\.\n {2}fix: +Move .* away/);
    expect((await verify()).code).toBe(VERIFIED);
  });

  it('says what it would do where the store is gone, and does nothing', async () => {
    renameSync(store(), `${store()}.lost`);
    const missing = await verify();
    expect([missing.code, missing.stderr]).toEqual([FAULT, expect.stringContaining('mctl audit rebuild restores')]);
    const { code, stdout } = await rebuild('--dry-run');
    expect(code).toBe(VERIFIED);
    expect(stdout).toContain(`Would restore ${before.length} operations from the branch`);
    expect(stdout).toMatch(/Nothing was written\.\n$/);
    expect(existsSync(store())).toBe(false);
  });

  it('restores what git knows, and says what it does not', async () => {
    const report = JSON.parse((await rebuild('--json', '--user', 'admin')).stdout);
    expect(report).toMatchObject({
      dry_run: false,
      operations: before.length,
      other_commits: 1,
      repeated_commits: 0,
      repeated_keys: 0,
      lost_entries_at_least: 5,
      not_restored: expect.arrayContaining([expect.stringMatching(/^refused, planned and failed calls/)]),
    });
    const { code, stdout } = await verify();
    expect({ code, stdout }).toEqual({ code: VERIFIED, stdout: expect.stringContaining('rebuilt from git by admin') });
    expect(stdout).toContain(`0 commits anchored in the chain, ${before.length} in the chain before the rebuild`);
    expect((await rebuild()).code).toBe(FAULT);
  });

  it('lets the server go on as if nothing had happened', async () => {
    await start();
    const admin = await as('admin');
    const after = await workflows();
    const told = (item: Loose): object => {
      const { workflow, operation, team, actor, status, progress } = item;
      return { workflow, operation, team, actor, status, progress };
    };
    expect(after.map(told)).toEqual(before.map(told));
    const rollback = before.find(({ operation }) => operation === 'rollback-service')?.workflow as string;
    const one: unknown = (await admin.get(`/api/v1/workflows/${rollback}`)).body;
    expect(one).toMatchObject({
      target: 'billing/api',
      reason: 'Reviewed-by: nobody',
      actor: 'admin',
      status: 'succeeded',
    });
    const audit = await admin.get('/api/v1/audit?limit=100');
    expect(audit.body.count).toBe(before.length + 1);
    expect(column(audit, 'status').at(-1)).toBe('rebuilt');
    expect(column(audit, 'through')[0]).toMatch(/^git \(/);
    // Teams see their past again, and nobody else's.
    const own = (await (await as(PEOPLE.viewer)).get('/api/v1/audit?limit=100')).body.items as Loose[];
    expect(new Set<unknown>(own.map(({ team }) => team))).toEqual(new Set(['billing']));
  });

  it('answers an old key with the first answer instead of a second commit', async () => {
    const admin = await as('admin');
    const call = { team: 'billing', service: 'api', idempotency_key: 'rollback-0001', wait_seconds: 25 };
    const { status, body } = await admin.execute('rollback-service', call);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      operation: { status: 'succeeded' },
      changes: [{ path: 'platform-gitops/services/billing/api/values.yaml', action: 'update' }],
      warnings: [{ code: 'restored_from_git' }],
    });
    const other = await admin.execute('create-tenant', { team: 'another', idempotency_key: 'rollback-0001' });
    expect([other.status, other.body.code]).toEqual([409, 'idempotency_key_reused']);
    expect(await commitsOf(gitDir())).toHaveLength(commits);
  });

  it('has books that go on from there', async () => {
    await done(await as('admin'), 'create-tenant', { team: 'afterwards' });
    expect((await verify()).stdout).toContain(`1 commit anchored in the chain, ${before.length} in the chain before`);
    await stop();
    const finished = await verify('--json');
    expect([finished.code, parsed(finished)]).toMatchObject([
      VERIFIED,
      { ok: true, operations: before.length + 1, anchors: { held: 1, before_rebuild: before.length } },
    ]);
  });
});
