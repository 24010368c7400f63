import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Workplace } from '../support/commands';
import { PEOPLE } from '../support/furnish';
import { enterSecrets } from '../support/intake-form';
import type { Loose } from '../support/loose';
import { commitsOf, type PlainCommit, trailer } from '../support/plain-git';
import { Program } from '../support/program';
import { overMcp, overRest, type Teller } from '../support/story-tellers';
import { TestDns } from '../support/test-dns';
import { tokenFor } from '../support/tokens';

type Door = 'mcp' | 'rest';
const SECRET = 'a-secret-of-this-story-only';
const OTHER = { mcp: 'rest', rest: 'mcp' } as const;
/** One team for each door, so that nothing of one story is there for the other to find. */
const TEAMS = {
  mcp: { team: 'billing', domain: 'pay.example.com' },
  rest: { team: 'shipping', domain: 'track.example.net' },
} as const;

/** Room for an OpenClaw beside the service. */
const ROOMY = {
  ...{ quota_cpu_requests: '4', quota_cpu_limits: '8', quota_memory_requests: '6Gi', quota_memory_limits: '10Gi' },
  ...{ quota_pods: 20, allow_internet_egress: true },
};

const place = new Workplace();
mkdirSync(place.dataDir, { recursive: true });
const folder = mkdtempSync(join(tmpdir(), 'mctl-story-'));
const secretFile = join(folder, 'secret');
const answers: Loose[] = [];
const added = {} as Record<Door, Loose>;
let dns: TestDns;
let program: Program;
let tellers: Record<Door, Teller>;
let first: number;

/** The server on the same data folder, and everybody at its doors again. */
async function start(): Promise<void> {
  const env = {
    MCTL_DNS_RESOLVERS: dns.address,
    MCTL_DOMAIN_FIRST_PAUSE: '1s',
    MCTL_DOMAIN_LONGEST_PAUSE: '1s',
    MCTL_ALERTMANAGER_SECRET_FILE: secretFile,
  };
  program = await Program.start({ dataDir: place.dataDir, env });
  tellers = { mcp: await overMcp(program, PEOPLE.admin), rest: await overRest(program, PEOPLE.admin) };
}

/** One write through a door, agreed to where that is asked for; every one is remembered for the reckoning. */
async function write(door: Door, tool: string, operation: string, input: object): Promise<Loose> {
  const told = { tool: `mctl_${tool}`, operation };
  const call = { reason: `the story over ${door}`, ...input, wait_seconds: 25 };
  const { answer, asksToConfirm } = await tellers[door].write(told, call);
  const again = { ...call, confirm_token: answer.plan?.confirm_token };
  const last = asksToConfirm ? (await tellers[door].write(told, again)).answer : answer;
  answers.push(last);
  return last;
}

const read = (door: Door, tool: string, path: string, args: Record<string, unknown>): Promise<Loose> =>
  tellers[door].read(`mctl_${tool}`, `/api/v1/${path}`, args);
const enter = async (link: string, value: string): Promise<string> =>
  enterSecrets(link, await tokenFor(place.dataDir, PEOPLE.admin), [value]);
const domainSeen = async (door: Door, { team, domain }: { team: string; domain: string }): Promise<Loose> => {
  const { items } = await read(door, 'list_domains', `domains?team=${team}`, { team });
  return (items as Loose[]).find((item) => item.domain === domain);
};

/** What an Alertmanager sends. */
function alert(team: string): Promise<Response> {
  const labels = { alertname: 'KubePodCrashLooping', namespace: team, service: 'api', severity: 'critical' };
  const body = {
    ...{ version: '4', status: 'firing', receiver: 'mctl', groupKey: '{}', truncatedAlerts: 0 },
    alerts: [
      { status: 'firing', labels, annotations: { summary: 'api restarts' }, startsAt: new Date().toISOString() },
    ],
  };
  const headers = { 'Content-Type': 'application/json', Authorization: `Bearer ${SECRET}` };
  const url = new URL('/api/v1/webhooks/alertmanager', program.url);
  return fetch(url, { method: 'POST', body: JSON.stringify(body), headers });
}

beforeAll(async () => {
  writeFileSync(secretFile, SECRET);
  dns = await TestDns.start();
  await start();
  first = (await commitsOf(program.gitDir)).length;
});

afterAll(async () => {
  await tellers?.mcp.close();
  await program?.stop();
  await dns?.stop();
  place.dispose();
  rmSync(folder, { recursive: true, force: true });
});

describe.each([
  ['MCP, with the official client', 'mcp'],
  ['REST', 'rest'],
] as const)('what a team does with its service over %s', (_, door) => {
  const { team, domain } = TEAMS[door];
  const api = { team, service: 'api' };

  it('begins with a team and a service', async () => {
    await write(door, 'create_tenant', 'create-tenant', { team, ...ROOMY });
    const service = { action: 'onboard', image: 'ghcr.io/acme/api', image_tag: '1.0.0' };
    const made = await write(door, 'deploy_service', 'deploy-service', { ...api, ...service });
    expect(made.operation.status).toBe('succeeded');
  });

  it('a database is provisioned', async () => {
    const made = await write(door, 'provision_database', 'provision-database', api);
    expect(made).toMatchObject({ operation: { status: 'succeeded' }, database: `${team}_api` });
  });

  it('a secret is entered on the one-time page', async () => {
    const asked = { ...api, action: 'update-config', secret_names: ['API_KEY'] };
    const { intake } = await write(door, 'deploy_service', 'deploy-service', asked);
    const page = await enter(intake.url, 'canary-value-of-a-secret');
    expect(page).toContain('API_KEY');
    expect(page).not.toContain('canary');
    await expect(enter(intake.url, 'another')).rejects.toThrow();
  });

  it('a preview is created and deleted', async () => {
    const made = await write(door, 'create_preview', 'create-preview', { ...api, image_tag: '2.0.0' });
    const ids = async (): Promise<string[]> =>
      (await read(door, 'list_previews', `previews?team=${team}`, { team })).items.map(
        (each: Loose) => each.preview_id,
      );
    expect(await ids()).toEqual([made.preview_id]);
    await write(door, 'delete_preview', 'delete-preview', { ...api, preview_id: made.preview_id });
    expect(await ids()).toEqual([]);
  });

  it('an incident comes by webhook, is acknowledged over MCP and resolved over REST, each with its commit', async () => {
    expect((await alert(team)).status).toBe(200);
    const { items } = await read(door, 'list_incidents', `incidents?team=${team}`, { team });
    const [{ id }] = items as [Loose];
    const acknowledged = await write('mcp', 'acknowledge_incident', 'acknowledge-incident', { id });
    const resolved = await write('rest', 'resolve_incident', 'resolve-incident', { id, resolution: 'restarted' });
    expect(acknowledged.commit.sha).not.toBe(resolved.commit.sha);
    const { status, timeline } = await read(OTHER[door], 'get_incident', `incidents/${id}`, { id });
    expect([status, timeline.map(({ event }: Loose) => event)]).toEqual([
      'resolved',
      ['opened', 'acknowledged', 'resolved'],
    ]);
  });

  it('OpenClaw is started, gets its token and is resumed', async () => {
    const asked = { team, telegram_owner_ids: ['11'] };
    const { intake } = await write(door, 'deploy_openclaw', 'start-openclaw', asked);
    await enter(intake.url, '8111222333:canary-bot-token-of-thirty-five-ch');
    const { operation, url } = await write(door, 'resume_openclaw_deploy', 'deploy-openclaw', { team });
    expect([operation.status, url]).toEqual(['succeeded', `https://${team}-openclaw.apps.localhost`]);
  });

  it('its resources are told without a Prometheus, and a profile is applied', async () => {
    const usage = await read(door, 'get_resource_usage', `resources/${team}`, { team });
    expect(usage.source.metrics).toMatchObject({ state: 'not_configured' });
    const profile = { team, service: 'openclaw', profile: 'steady-small' };
    const applied = await write(door, 'apply_openclaw_resource_profile', 'apply-resource-profile', profile);
    expect(applied.operation.status).toBe('succeeded');
  });

  it('repositories say plainly what is not configured', async () => {
    const { source } = await read(door, 'list_repos', `repos?team=${team}`, { team });
    expect(source.github).toMatchObject({
      state: 'not_configured',
      message: expect.stringContaining('MCTL_GITHUB_APP'),
    });
    const told = { tool: 'mctl_sync_repos', operation: 'sync-repos' };
    await expect(tellers[door].write(told, { team })).rejects.toThrow(/MCTL_GITHUB_APP_CLIENT_ID/);
  });

  it('a custom domain is added, and is seen pending over the other door', async () => {
    added[door] = await write(door, 'add_custom_domain', 'add-custom-domain', { ...api, domain });
    expect(await domainSeen(OTHER[door], { team, domain })).toMatchObject({
      status: 'pending',
      challenge: added[door].challenge,
    });
  });
});

describe('while both domains wait', () => {
  it('the server is killed and started again, and they wait on', async () => {
    await tellers.mcp.close();
    expect(await program.stop('SIGKILL')).toBe('SIGKILL');
    await start();
    for (const door of ['mcp', 'rest'] as const) {
      expect(await domainSeen(door, TEAMS[door])).toMatchObject({ status: 'pending' });
    }
  });

  it('the records appear in DNS, and both become active, each with one id on its two commits', async () => {
    const records = Object.values(added).map(({ challenge }) => `${challenge.name}. TXT "${challenge.value}"`);
    await dns.set(...records);
    for (const door of ['mcp', 'rest'] as const) {
      // No door pushes the end of a wait that may last for days: it has to be asked for.
      while ((await domainSeen(OTHER[door], TEAMS[door])).status !== 'active') await sleep(100);
      const { id } = added[door].operation;
      const own = (await commitsOf(program.gitDir)).filter((commit) => trailer(commit, 'Operation-Id') === id);
      expect(own.map((commit) => trailer(commit, 'Step'))).toEqual([undefined, 'activate']);
    }
  });
});

describe('in the end', () => {
  it('the commits on the branch are exactly those of the operations', async () => {
    const commits = (await commitsOf(program.gitDir)).slice(first);
    const idOf = (commit: PlainCommit): string | undefined => trailer(commit, 'Operation-Id');
    const begun = commits.filter((commit) => trailer(commit, 'Step') === undefined);
    expect(begun.map((commit) => [idOf(commit), commit.sha])).toEqual(
      answers.map(({ operation, commit }) => [operation.id, commit.sha]),
    );
    const activated = commits.filter((commit) => trailer(commit, 'Step') !== undefined);
    expect(activated.map(idOf).sort()).toEqual(
      Object.values(added)
        .map(({ operation }) => operation.id as string)
        .sort(),
    );
  });

  it('audit verify agrees', async () => {
    const { code, stdout, stderr } = await place.mctl(['audit', 'verify']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain(`${answers.length} operations\n`);
  });
});
