import { sql } from 'kysely';
import { OperationRegistry } from '../../src/platform/operations/registry';
import { Store } from '../../src/platform/store';
import { callMcp, callRest } from '../support/doors';
import { done, furnish, PEOPLE, signedIn } from '../support/furnish';
import { GITHUB_NOWHERE } from '../support/github-settings';
import { IntakeVisitor } from '../support/intake-visitor';
import { commitsOf } from '../support/plain-git';
import { ScratchApp } from '../support/scratch-app';
import { tokenFor } from '../support/tokens';
import { exampleOf, type Furniture, REST_ROUTES } from '../support/tool-examples';

/** The one table that cannot be written any more, in a store that otherwise works: the hardest case for "no entry, no mutation". */
const BREAK = sql`CREATE TRIGGER full_disk BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'disk I/O error'); END`;
const MEND = sql`DROP TRIGGER full_disk`;

let scratch: ScratchApp;
let about: Furniture;
let link: string;
let admin: string;

beforeAll(async () => {
  scratch = await ScratchApp.start({ ...GITHUB_NOWHERE, MCTL_WRITES_PER_MINUTE: '10000' });
  about = await furnish(scratch);
  admin = await tokenFor(scratch.dataDir, 'admin');
  const asked = { team: about.team, service: about.service, action: 'update-config', secret_names: ['LATE'] };
  link = ((await done(await signedIn(scratch, 'admin'), 'deploy-service', asked)).intake as { url: string }).url;
  await BREAK.execute(scratch.app.get(Store).db);
});

afterAll(() => scratch?.stop());

/** All that a mutation would leave behind. */
async function state(): Promise<object> {
  const { db } = scratch.app.get(Store);
  return {
    commits: (await commitsOf(`${scratch.dataDir}/gitops.git`)).length,
    operations: await db.selectFrom('operations').select(['id', 'status']).orderBy('id').execute(),
    incidents: await db.selectFrom('incidents').select(['id', 'status', 'last_seen']).orderBy('id').execute(),
    secrets: await db.selectFrom('secrets').select(['name', 'version']).orderBy('name').execute(),
    confirmations: await db.selectFrom('confirmations').select('id').execute(),
    audit: (await db.selectFrom('audit').select('seq').execute()).length,
  };
}

describe('while the audit trail cannot be written', () => {
  it.each([
    ['accepted', {}],
    ['only planned', { dry_run: true }],
    ['refused', { dry_run: 'perhaps' }],
  ])('S82 no operation is %s, over MCP or REST', async (_, more) => {
    const before = await state();
    const operations = scratch.app.get(OperationRegistry).all();
    expect(operations.length).toBeGreaterThanOrEqual(18);
    for (const { name, tool } of operations) {
      const args = { ...exampleOf(tool, about), ...more };
      const [mcp, rest] = [
        await callMcp(scratch.url, admin, tool, args),
        await callRest(scratch.url, admin, tool, args, name),
      ];
      expect([tool, mcp.code, rest.code, rest.status]).toEqual([tool, 'audit_unavailable', 'audit_unavailable', 503]);
      expect(mcp.body).toMatchObject({ retryable: true, fix: 'The log of MCTL has the reason.' });
      expect(mcp.text + rest.text).not.toMatch(/disk I\/O|SQLITE|trigger/i);
    }
    expect(await state()).toEqual(before);
  });

  it('S82 nothing that was confirmed before happens', async () => {
    const client = await signedIn(scratch, PEOPLE.owner);
    const { db } = scratch.app.get(Store);
    await MEND.execute(db);
    const asked = await client.execute('retire-service', { team: about.team, service: about.service });
    await BREAK.execute(db);
    const before = await state();
    const call = { team: about.team, service: about.service, confirm_token: asked.body.plan.confirm_token };
    expect((await client.execute('retire-service', call)).body.code).toBe('audit_unavailable');
    expect(await state()).toEqual(before);
  });

  it('S82 no incident is reported by hand, and no value of a secret is kept', async () => {
    const before = await state();
    const report = JSON.stringify({ team: about.team, type: 'pod_crashloop', summary: 'something new' });
    const client = await signedIn(scratch, 'admin');
    expect((await client.request('POST', '/api/v1/incidents', report)).status).toBe(503);
    const visitor = new IntakeVisitor(link);
    await visitor.enter(admin);
    expect((await visitor.store(['a value'])).status).toBeGreaterThanOrEqual(500);
    expect(await state()).toEqual(before);
  });

  it('S82 a stranger’s write is refused as well: not even that can be recorded', async () => {
    const token = await tokenFor(scratch.dataDir, PEOPLE.stranger);
    const args = { team: about.team, service: about.service, replicas: 1 };
    expect((await callMcp(scratch.url, token, 'mctl_scale_service', args)).code).toBe('audit_unavailable');
  });

  it('S82 reads go on', async () => {
    for (const tool of Object.keys(REST_ROUTES)) {
      const [mcp, rest] = [
        await callMcp(scratch.url, admin, tool, exampleOf(tool, about)),
        await callRest(scratch.url, admin, tool, exampleOf(tool, about)),
      ];
      expect([tool, mcp.ok, rest.ok]).toEqual([tool, true, true]);
    }
  });

  it('S82 writes go on once it can be written again, with the same page and the same books', async () => {
    await MEND.execute(scratch.app.get(Store).db);
    const client = await signedIn(scratch, 'admin');
    await done(client, 'scale-service', { team: about.team, service: about.service, replicas: 2 });
    const visitor = new IntakeVisitor(link);
    await visitor.enter(admin);
    expect((await visitor.store(['a value'])).status).toBe(303);
    expect((await client.get('/api/v1/audit/verification')).body).toMatchObject({ ok: true, findings: [] });
  });
});
