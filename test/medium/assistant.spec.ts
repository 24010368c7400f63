import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { nameIn, typing } from '../support/asked-client';
import { Assistant, type Conversation, type Goal, type Person } from '../support/assistant';
import type { RestTestClient } from '../support/clients';
import { done, PEOPLE, signedIn } from '../support/furnish';
import { enterSecrets } from '../support/intake-form';
import type { Loose } from '../support/loose';
import type { Era } from '../support/mcp-eras';
import { Program } from '../support/program';
import { TestAlertmanager } from '../support/test-alertmanager';
import { TestDns } from '../support/test-dns';
import { tokenFor } from '../support/tokens';

const SECRET = 'a-secret-of-this-test-only';
/** One team for each wire, so that nothing of one is there for the other to find. */
const PLACES = [
  ['2026-07-28', 'billing', 'pay.example.com'],
  ['2025 by the old client', 'shipping', 'track.example.net'],
] as const satisfies readonly (readonly [Era, string, string])[];

const folder = mkdtempSync(join(tmpdir(), 'mctl-assistant-'));
const table: string[] = [];
let dns: TestDns;
let program: Program;
let alertmanager: TestAlertmanager;
let admin: RestTestClient;
let token: string;

beforeAll(async () => {
  const secretFile = join(folder, 'secret');
  writeFileSync(secretFile, SECRET);
  dns = await TestDns.start();
  program = await Program.start({
    env: {
      MCTL_DNS_RESOLVERS: dns.address,
      MCTL_DOMAIN_FIRST_PAUSE: '1s',
      MCTL_DOMAIN_LONGEST_PAUSE: '1s',
      MCTL_ALERTMANAGER_SECRET_FILE: secretFile,
    },
  });
  const webhook = new URL('/api/v1/webhooks/alertmanager', program.url).href;
  alertmanager = await TestAlertmanager.start({ webhook, secretFile });
  admin = await signedIn(program, PEOPLE.admin);
  token = await tokenFor(program.dataDir, PEOPLE.admin);
});

afterAll(async () => {
  await alertmanager?.stop();
  await program?.dispose();
  await dns?.stop();
  rmSync(folder, { recursive: true, force: true });
  process.stdout.write(
    `${['| goal | protocol | calls | tokens |', '| --- | --- | --- | --- |', ...table].join('\n')}\n`,
  );
});

/** What an alert of a service says, from now until it is over. */
async function alert(name: string, about: { team: string; service: string }, isOver = false): Promise<void> {
  const labels = { alertname: name, namespace: about.team, service: about.service, severity: 'critical' };
  const annotations = { summary: `${about.service}: Back-off restarting failed container, exit code 1` };
  const now = Date.now();
  const startsAt = new Date(now - (isOver ? 1 : 0)).toISOString();
  await alertmanager.post({ labels, annotations, startsAt, ...(isOver && { endsAt: new Date(now).toISOString() }) });
  const seen = async (): Promise<number> =>
    (await admin.get(`/api/v1/incidents?team=${about.team}&service=${about.service}`)).body.count;
  // Alertmanager delivers by itself, when it wants to.
  while ((await seen()) !== (isOver ? 0 : 1)) await sleep(50);
}

/** Tokens are bytes by four. */
const row = (name: string, era: Era, calls: number, bytes: number): string =>
  `| ${name} | ${era} | ${calls} | ${Math.ceil(bytes / 4)} |`;
const toolsOf = ({ exchanges }: Conversation): string[] => exchanges.map(({ call }) => call.tool);
const refusalsOf = ({ exchanges }: Conversation): string[] =>
  exchanges.filter(({ isError }) => isError).map(({ answer }) => answer.code);
const endOf = ({ exchanges }: Conversation): Loose => exchanges.at(-1)?.answer;

describe.each(PLACES)('over %s an assistant that knows only what the server says', (era, team, domain) => {
  const api = { team, service: 'api' };
  const canAsk = era === '2026-07-28';
  const willing: Person = { agrees: () => true, hears: () => Promise.resolve() };
  const read = async (path: string): Promise<Loose> => {
    const { status, body } = await admin.get(`/api/v1/${path}`);
    if (status !== 200) throw new Error(`${path}: ${JSON.stringify(body)}`);
    return body;
  };

  beforeAll(() => done(admin, 'create-tenant', { team, quota_pods: 5, quota_cpu_requests: '1' }));

  /** Every goal is a conversation of its own, as a person would open one. */
  async function reach(name: string, goal: Goal, person: Partial<Person> = {}): Promise<Conversation> {
    const assistant = await Assistant.connect(era, { url: program.url, token }, { ...willing, ...person });
    try {
      const conversation = await assistant.pursue(goal);
      table.push(row(name, era, conversation.exchanges.length, conversation.bytes));
      return conversation;
    } finally {
      await assistant.close();
    }
  }

  it('is told how to work before the first call', async () => {
    const assistant = await Assistant.connect(era, { url: program.url, token }, willing);
    table.push(row('(tools, prompts and instructions, once)', era, 0, assistant.startBytes));
    expect(assistant.startBytes).toBeGreaterThan(0);
    await assistant.close();
  });

  it('onboards a service, corrects what the person got wrong, and leaves the value of the secret to them', async () => {
    const image = { image: 'ghcr.io/acme/api', image_tag: '1.0.0' };
    const facts = { ...image, team: `${team}s`, service: 'api', type: 'website', secret_names: ['API_KEY'] };
    const pages: string[] = [];
    const conversation = await reach(
      'onboard a service',
      { words: 'Onboard a service', facts },
      {
        hears: async ({ intake }) => {
          if (intake) pages.push(await enterSecrets(intake.url, token, ['canary-value-of-a-secret']));
        },
      },
    );
    expect(toolsOf(conversation)).toEqual([
      ...['onboard_service', 'onboard_service'],
      'mctl_get_tenant',
      ...['mctl_deploy_service', 'mctl_deploy_service', 'mctl_deploy_service'],
      ...['mctl_get_service_status', 'mctl_list_incidents'],
    ]);
    expect(refusalsOf(conversation)).toEqual(['team_not_found', 'invalid_input']);
    expect(pages).toHaveLength(1);
    const { image: declared, tag, type, secrets } = await read(`services/${team}/api`);
    expect({ declared, tag, type }).toEqual({ declared: 'ghcr.io/acme/api', tag: '1.0.0', type: 'web' });
    expect(secrets).toMatchObject([{ name: 'API_KEY', version: 1 }]);
  });

  it('sees a deploy fail, looks for the logs, and goes back once the person has seen why', async () => {
    const seen: string[] = [];
    const conversation = await reach(
      'failing deploy',
      { words: 'Deploy and watch', facts: { ...api, image_tag: '2.0.0' } },
      {
        agrees: ({ tool }) => tool !== 'mctl_rollback_service' || seen.some((text) => text.includes('Back-off')),
        hears: async (answer) => {
          seen.push(JSON.stringify(answer));
          if (answer.operation?.status !== 'succeeded') return;
          await alert('KubePodCrashLooping', api, answer.operation.name === 'rollback-service');
        },
      },
    );
    expect(refusalsOf(conversation)).toEqual([]);
    expect(toolsOf(conversation)).toEqual([
      'deploy_and_watch',
      ...['mctl_get_service_status', 'mctl_list_incidents'],
      ...['mctl_deploy_service', 'mctl_deploy_service'],
      ...['mctl_get_service_status', 'mctl_list_incidents', 'mctl_get_incident'],
      ...['mctl_get_service_logs', 'mctl_get_service_logs'],
      ...['mctl_rollback_service', 'mctl_rollback_service'],
      ...['mctl_get_service_status', 'mctl_list_incidents'],
    ]);
    const answerOf = (tool: string): Loose => conversation.exchanges.find(({ call }) => call.tool === tool)?.answer;
    const back = { tool: 'mctl_rollback_service', arguments: { ...api, dry_run: true } };
    expect(answerOf('mctl_get_incident').next_actions).toContainEqual(expect.objectContaining(back));
    // This version has no source of logs: that it says so is what there is to see.
    expect(answerOf('mctl_get_service_logs').source.logs).toMatchObject({
      state: 'not_configured',
      setting: 'MCTL_CLUSTER',
    });
    const { tag, tag_history } = await read(`services/${team}/api`);
    expect([tag, tag_history.map((each: Loose) => each.tag)]).toEqual(['1.0.0', ['1.0.0', '2.0.0', '1.0.0']]);
  });

  it('is refused by the quota and takes the most that has room', async () => {
    const facts = { ...api, service: 'apii', replicas: 40 };
    const conversation = await reach('quota refusal', { words: 'Scale the service', facts });
    expect(refusalsOf(conversation)).toEqual(['service_not_found', 'quota_exceeded']);
    expect(toolsOf(conversation)).toEqual([
      ...Array.from({ length: 4 }, () => 'mctl_scale_service'),
      ...['mctl_get_service_status', 'mctl_list_incidents'],
    ]);
    expect((await read(`status/${team}/api`)).replicas.declared).toBe(5);
    await done(admin, 'scale-service', { ...api, replicas: 2 });
  });

  it('finds a DNS record missing, says which, and sees the domain through', async () => {
    const conversation = await reach(
      'missing DNS',
      { words: 'Add a custom domain', facts: { ...api, domain } },
      {
        // Only what the look at DNS says to do; the challenge in the first answer they have overlooked.
        hears: async ({ fix }) => {
          const [, name, value] = /in full: (\S+)\) with the value (\S+),/.exec(fix?.[0] ?? '') ?? [];
          if (name) await dns.set(`${name}. TXT "${value}"`);
        },
      },
    );
    expect(refusalsOf(conversation)).toEqual([]);
    // How often it asks while the workflow waits is a matter of time.
    expect([...new Set(toolsOf(conversation))]).toEqual([
      'mctl_add_custom_domain',
      'mctl_get_workflow_status',
      'mctl_verify_domain',
      'mctl_list_domains',
    ]);
    const { items } = endOf(conversation);
    expect(items).toContainEqual(expect.objectContaining({ domain, status: 'active' }));
  });

  it('brings an incident to its end, where there is no way back to offer', async () => {
    await alert('KubeHpaMaxedOut', api);
    const conversation = await reach('incident', { words: 'Triage an incident', facts: { team } });
    expect(refusalsOf(conversation)).toEqual(['no_earlier_tag']);
    const changes = conversation.exchanges.filter(({ answer }) => answer.operation?.status === 'succeeded');
    expect(changes.map(({ answer }) => answer.operation.name)).toEqual([
      'acknowledge-incident',
      'scale-service',
      'resolve-incident',
    ]);
    expect(endOf(conversation)).toMatchObject({ incident_status: 'resolved', next_actions: [] });
    expect((await read(`status/${team}/api`)).replicas.declared).toBe(3);
  });

  it('deletes nothing when the person declines, and does when they accept', async () => {
    const goal = { words: 'Retire the service', facts: api };
    const declined = await reach('delete, declined', goal, {
      agrees: () => false,
      ...(canAsk && { fillsIn: () => ({ action: 'decline' }) }),
    });
    expect(toolsOf(declined)).toEqual(['mctl_retire_service']);
    expect(refusalsOf(declined)).toEqual(canAsk ? ['confirmation_declined'] : []);
    expect((await read(`services?team=${team}`)).count).toBe(1);
    const accepted = await reach('delete, accepted', goal, canAsk ? { fillsIn: (form) => typing(nameIn(form)) } : {});
    const asked = canAsk ? [] : ['mctl_retire_service'];
    expect(toolsOf(accepted)).toEqual([...asked, 'mctl_retire_service', 'mctl_list_services']);
    expect((await read(`services?team=${team}`)).count).toBe(0);
  });
});
