import examples from '@octokit/webhooks-examples';
import { createHmac, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { McpTestClient, type RestResult, type RestTestClient } from '../support/clients';
import { done, furnish, PEOPLE, signedIn } from '../support/furnish';
import type { Loose } from '../support/loose';
import { commitsOf, trailer } from '../support/plain-git';
import { Program } from '../support/program';
import { TestAlertmanager } from '../support/test-alertmanager';
import { tokenFor } from '../support/tokens';
import type { Furniture } from '../support/tool-examples';

const KILL = resolve(__dirname, '../support/kill-after-write.js');
const ALERTS = '/api/v1/webhooks/alertmanager';
const GITHUB = '/api/v1/webhooks/github';
const SECRET = 'a-secret-of-this-test-only';

const folder = mkdtempSync(join(tmpdir(), 'mctl-secrets-'));
const secretFile = join(folder, 'right');
const wrongFile = join(folder, 'wrong');
writeFileSync(secretFile, `${SECRET}\n`);
writeFileSync(wrongFile, 'another-secret-of-this-test');
const ENV = {
  MCTL_ALERTMANAGER_SECRET_FILE: secretFile,
  MCTL_GITHUB_WEBHOOK_SECRET_FILE: secretFile,
  MCTL_GITHUB_REPOSITORIES: 'acme/api=billing',
};

let program: Program;
let about: Furniture;
let developer: RestTestClient;
let admin: RestTestClient;

beforeAll(async () => {
  program = await Program.start({ env: ENV });
  about = await furnish(program);
  developer = await signedIn(program, PEOPLE.developer);
  admin = await signedIn(program, PEOPLE.admin);
});

afterAll(async () => {
  await program?.dispose();
  rmSync(folder, { recursive: true, force: true });
});

/** Waits for what happens by itself; fails with the test's own limit. */
async function until<T>(look: () => Promise<T | undefined | false>): Promise<T> {
  for (;;) {
    const found = await look();
    if (found) return found;
    await sleep(50);
  }
}

async function list(client: RestTestClient, query = ''): Promise<Loose[]> {
  const { status, body } = await client.get(`/api/v1/incidents?limit=200${query}`);
  if (status !== 200) throw new Error(JSON.stringify(body));
  return body.items as Loose[];
}

async function ofType(client: RestTestClient, type: string, status = 'active'): Promise<Loose> {
  return (await list(client, `&type=${type}&status=${status}`))[0];
}

const labels = (alertname: string, more: object = {}) => ({
  alertname,
  namespace: 'billing',
  service: 'api',
  severity: 'critical',
  ...more,
});

function alertBody(...alerts: object[]): Record<string, unknown> {
  return { version: '4', status: 'firing', receiver: 'mctl', groupKey: '{}', truncatedAlerts: 0, alerts };
}
const firing = (alertname: string, more: object = {}) => ({
  status: 'firing',
  labels: labels(alertname),
  annotations: { summary: `${alertname} happens` },
  startsAt: new Date(Date.now() - 1000).toISOString(),
  ...more,
});

function post(
  path: string,
  body: string,
  headers: Record<string, string> = {},
  url = program.url,
): Promise<RestResult> {
  return fetch(new URL(path, url), {
    method: 'POST',
    body,
    headers: { 'Content-Type': 'application/json', ...headers },
  }).then(async (response) => {
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: text ? JSON.parse(text) : undefined };
  });
}

const bearer = (secret = SECRET) => ({ Authorization: `Bearer ${secret}` });
const alerts = (body: unknown, headers: Record<string, string> = bearer(), url = program.url) =>
  post(ALERTS, JSON.stringify(body), headers, url);

type Payload = Record<string, any>;
const runs =
  (examples as { name: string; examples: Payload[] }[]).find(({ name }) => name === 'workflow_run')?.examples ?? [];
const pings = (examples as { name: string; examples: Payload[] }[]).find(({ name }) => name === 'ping')?.examples ?? [];
const SUCCESS = runs.find(({ workflow_run: run }) => run.conclusion === 'success') as Payload;

/** GitHub's example of a run on the repository itself, of one of our services. */
function run(change: object = {}, fullName = 'acme/api'): Payload {
  const { workflow_run: original, repository } = SUCCESS;
  const head_repository = { ...original.head_repository, id: repository.id };
  return {
    ...SUCCESS,
    repository: { ...repository, full_name: fullName },
    workflow_run: { ...original, name: 'Build', head_repository, ...change },
  };
}

interface Delivery {
  readonly event?: string;
  readonly id?: string;
  readonly secret?: string;
  readonly signature?: string;
  readonly url?: string;
}

function github(
  payload: unknown,
  { event = 'workflow_run', id = randomUUID(), secret = SECRET, ...more }: Delivery = {},
) {
  const body = JSON.stringify(payload);
  const signature = more.signature ?? `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;
  const headers = { 'X-GitHub-Event': event, 'X-GitHub-Delivery': id, 'X-Hub-Signature-256': signature };
  return post(GITHUB, body, headers, more.url);
}

describe('a real Alertmanager', () => {
  let alertmanager: TestAlertmanager;

  beforeAll(async () => {
    alertmanager = await TestAlertmanager.start({ webhook: `${program.url}${ALERTS}`, secretFile });
  });

  afterAll(() => alertmanager?.stop());

  it('reports what fires, again and again into one incident, until it is over', async () => {
    const alert = {
      labels: labels('KubePodCrashLooping', { pod: 'billing-api-7d4b9c6f5-x2x9z' }),
      annotations: { summary: 'Pod \x1b[31mrestarts\x1b[0m', description: `It said password=hunter2 and\nmore` },
    };
    await alertmanager.post(alert);
    const found = await until(() =>
      ofType(developer, 'pod_crashloop', 'active&service=api').then(
        (each) => each && each.id !== about.incident && each,
      ),
    );
    const again = await until(async () => {
      const { body } = await developer.get(`/api/v1/incidents/${found.id.slice(0, 8)}`);
      return body.occurrences > 1 && body;
    });
    expect(again).toMatchObject({
      id: found.id,
      team: 'billing',
      service: 'api',
      severity: 'critical',
      status: 'open',
      source: 'alertmanager',
      summary: 'Pod restarts',
      flaps: 0,
      untrusted: { integrity: 'untrusted' },
      timeline: [{ event: 'opened', actor: 'alertmanager' }],
    });
    expect(again.evidence.map(({ kind }: Loose) => kind)).toEqual(['labels', 'annotations', 'origin']);
    expect(again.evidence[1].content).toBe('description: It said[masked] and\n  more\nsummary: Pod restarts');
    await alertmanager.post({ ...alert, endsAt: new Date().toISOString() });
    const over = await until(async () => {
      const { body } = await developer.get(`/api/v1/incidents/${found.id}`);
      return body.status === 'resolved' && body;
    });
    expect(over).toMatchObject({ resolved_by: 'alertmanager', resolution: 'Alertmanager reports it resolved.' });
    await alertmanager.post({ labels: alert.labels, annotations: alert.annotations });
    const flapped = await until(async () => {
      const { body } = await developer.get(`/api/v1/incidents/${found.id}`);
      return body.status === 'open' && body;
    });
    expect(flapped).toMatchObject({ flaps: 1, resolved_by: null });
    expect(flapped.timeline.map(({ event }: Loose) => event)).toEqual(['opened', 'resolved', 'reopened']);
  });

  it('loses nothing that belongs to no team: administrators see it, and nobody else', async () => {
    await alertmanager.post({ labels: { alertname: 'EtcdDown', namespace: 'kube-system' } });
    const found = await until(() => ofType(admin, 'etcd_down'));
    expect(found).toMatchObject({ team: null, service: null, summary: 'EtcdDown' });
    expect(await ofType(developer, 'etcd_down')).toBeUndefined();
    expect((await developer.get(`/api/v1/incidents/${found.id}`)).body.code).toBe('incident_not_found');
    expect((await developer.get('/api/v1/incidents/summary')).body.by_team).not.toHaveProperty('(unassigned)');
    expect((await admin.get('/api/v1/incidents/summary')).body.by_team['(unassigned)']).toBe(1);
    expect((await done(admin, 'resolve-incident', { id: found.id, resolution: 'restored' })).incident_status).toBe(
      'resolved',
    );
  });

  it('says how many alerts it left out of a group', async () => {
    const small = await TestAlertmanager.start({ webhook: `${program.url}${ALERTS}`, secretFile, maxAlerts: 1 });
    await small.post(...['a', 'b', 'c'].map((pod) => ({ labels: labels('ManyAtOnce', { pod }) })));
    const marked = await until(async () => {
      const one = await ofType(developer, 'many_at_once');
      const { body } = await developer.get(`/api/v1/incidents/${one?.id ?? 'f'.repeat(32)}`);
      return (body.evidence as Loose[] | undefined)?.find(({ kind }) => kind === 'truncated_group');
    });
    expect(marked.content).toMatch(/left out 2 more alerts/);
    await small.stop();
  });

  it('S71 brings nothing in with a wrong secret', async () => {
    const stranger = await TestAlertmanager.start({ webhook: `${program.url}${ALERTS}`, secretFile: wrongFile });
    await stranger.post({ labels: labels('Intruder') });
    await until(async () => (await stranger.failedDeliveries()) > 0);
    await stranger.stop();
    expect(await ofType(admin, 'intruder')).toBeUndefined();
  });
});

describe('the Alertmanager webhook', () => {
  it.each([
    ['no secret', {}],
    ['a wrong one', bearer('x'.repeat(SECRET.length))],
    ['half of it', bearer(SECRET.slice(0, -1))],
    ['a token of a person', { Authorization: 'PERSON' }],
    ['the secret as Basic', { Authorization: `Basic ${SECRET}` }],
  ])('is closed to %s, and stores nothing', async (_, given: Record<string, string>) => {
    const headers = given.Authorization === 'PERSON' ? bearer(await tokenFor(program.dataDir, PEOPLE.admin)) : given;
    const { status, body, headers: sent } = await alerts(alertBody(firing('Sneaky')), headers);
    expect([status, body.code, sent.get('www-authenticate')]).toEqual([
      401,
      'unauthenticated',
      expect.stringMatching(/^Bearer/),
    ]);
    expect(await ofType(admin, 'sneaky')).toBeUndefined();
  });

  it('opens nothing else: its secret is no token', async () => {
    const { status } = await post('/api/v1/incidents', '{}', bearer());
    expect(status).toBe(401);
  });

  it('S71 keeps the good ones of a batch and tells of the odd one', async () => {
    const answer = await alerts(alertBody(firing('GoodOne'), { status: 'firing', labels: 7 }, firing('GoodToo')));
    expect([answer.status, answer.body]).toEqual([
      200,
      {
        status: 'accepted',
        outcomes: { created: 2 },
        truncated: 0,
        problems: expect.arrayContaining([expect.objectContaining({ field: 'alerts[1].labels' })]),
      },
    ]);
    expect(await ofType(developer, 'good_one')).toMatchObject({ team: 'billing' });
  });

  it.each([
    ['another version', { version: '3', alerts: [] }, 'version'],
    ['no list', { version: '4', alerts: {} }, 'alerts'],
    ['only odd ones', alertBody({}), 'alerts[0].status'],
  ])('refuses %s, naming the field', async (_, body, field) => {
    const answer = await alerts(body);
    expect([answer.status, answer.body.code, answer.body.field]).toEqual([400, 'malformed_payload', field]);
  });

  it('drops a key __proto__ and tells of it, instead of the alerts of everybody', async () => {
    const annotations = '{"__proto__":{"polluted":"yes"},"summary":"Kept","__pro\\u0074o_":"x"}';
    const odd = JSON.stringify(firing('OddKey', { annotations: 'HERE' })).replace('"HERE"', annotations);
    const body = JSON.stringify(alertBody('ODD' as never, firing('OddNeighbour'))).replace('"ODD"', odd);
    const answer = await post(ALERTS, body, bearer());
    expect([answer.status, answer.body]).toEqual([
      200,
      {
        status: 'accepted',
        outcomes: { created: 2 },
        truncated: 0,
        problems: [{ field: 'alerts[0].annotations', expected: expect.stringContaining('__proto__') }],
      },
    ]);
    expect(await ofType(developer, 'odd_key')).toMatchObject({ team: 'billing', summary: 'Kept' });
    expect(await ofType(developer, 'odd_neighbour')).toMatchObject({ team: 'billing' });
  });

  it('takes groups of several MiB', async () => {
    const description = 'x'.repeat(16_000);
    const many = Array.from({ length: 150 }, () =>
      firing('LargeGroup', { fingerprint: 'ab'.repeat(8), annotations: { description } }),
    );
    expect((await alerts(alertBody(...many))).body.outcomes).toEqual({ created: 1, repeated: 149 });
  });

  it('S71 refuses what is too large or no JSON', async () => {
    const large = alertBody(firing('Large', { annotations: { summary: 'x'.repeat(9_000_000) } }));
    expect((await alerts(large)).status).toBe(413);
    expect((await post(ALERTS, '{"version":', bearer())).status).toBe(400);
    expect((await post(ALERTS, '{"version":"4","version":"4"}', bearer())).body.code).toBe('malformed_body');
  });

  it('S71 is safe to replay: the end of an earlier time ends nothing', async () => {
    const start = (minutesAgo: number) => new Date(Date.now() - minutesAgo * 60_000).toISOString();
    const fingerprint = 'feedfacefeedface';
    const over = firing('Replayed', { status: 'resolved', startsAt: start(60), endsAt: start(50), fingerprint });
    await alerts(alertBody(firing('Replayed', { startsAt: start(60), fingerprint })));
    expect((await alerts(alertBody(over))).body.outcomes).toEqual({ resolved: 1 });
    expect((await alerts(alertBody(over))).body.outcomes).toEqual({ unknown: 1 });
    expect((await alerts(alertBody(firing('Replayed', { startsAt: start(5), fingerprint })))).body.outcomes).toEqual({
      reopened: 1,
    });
    expect((await alerts(alertBody(over))).body.outcomes).toEqual({ stale: 1 });
    expect(await ofType(developer, 'replayed')).toMatchObject({ status: 'open', occurrences: 2 });
  });

  it('is closed where no secret is configured, and asks to come again where it cannot be read', async () => {
    const closed = await Program.start();
    expect((await alerts(alertBody(firing('X')), bearer(), closed.url)).status).toBe(401);
    expect((await github(run(), { url: closed.url })).status).toBe(401);
    expect(closed.log.some((line) => line.includes('no secret is configured'))).toBe(true);
    await closed.dispose();
    const short = join(folder, 'short');
    writeFileSync(short, 'short');
    const env = { MCTL_ALERTMANAGER_SECRET_FILE: join(folder, 'gone'), MCTL_GITHUB_WEBHOOK_SECRET_FILE: short };
    const broken = await Program.start({ env });
    expect((await alerts(alertBody(firing('X')), bearer(), broken.url)).body.code).toBe('webhook_secret_unreadable');
    expect((await github(run(), { url: broken.url, secret: 'short' })).status).toBe(503);
    expect(broken.log.join('\n')).not.toContain(folder);
    await broken.dispose();
  });

  it('asks a flood to come again later', async () => {
    const few = await Program.start({ env: { ...ENV, MCTL_WEBHOOKS_PER_MINUTE: '2' } });
    const answers = [];
    for (let index = 0; index < 3; index++) answers.push(await alerts(alertBody(), bearer(), few.url));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 503]);
    expect(Number(answers[2]?.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await github(pings[0], { event: 'ping', url: few.url })).status).toBe(200);
    await few.dispose();
  });
});

describe('the GitHub webhook', () => {
  it('answers a ping, and says what it does not read', async () => {
    const ping = await github(pings[0], { event: 'ping' });
    expect([ping.status, ping.body]).toEqual([200, { status: 'pong' }]);
    const other = await github({ zen: 'x' }, { event: 'push' });
    expect([other.status, other.body]).toEqual([202, { status: 'ignored', reason: 'only workflow_run is read' }]);
    for (const each of runs) {
      expect((await github(each)).status).toBeLessThan(300);
    }
  });

  it('makes an incident of a failed run and ends it with the next success', async () => {
    const at = (minutesAgo: number) => new Date(Date.now() - minutesAgo * 60_000).toISOString().replace(/\.\d+/, '');
    const failure = run({ id: 1001, conclusion: 'failure', run_started_at: at(30), name: 'Build \u202eevil' });
    const id = randomUUID();
    const taken = await github(failure, { id });
    expect([taken.status, taken.body]).toEqual([200, { status: 'accepted', outcome: 'created' }]);
    const found = await ofType(developer, 'github_actions_failed');
    expect(found).toMatchObject({
      team: 'billing',
      service: 'api',
      severity: 'warning',
      summary: 'Build evil failed on master of acme/api (run 163)',
      occurrences: 1,
    });
    expect((await github(failure, { id })).body).toEqual({ status: 'duplicate' });
    expect((await github(failure)).body).toEqual({ status: 'duplicate' });
    const older = run({ id: 1000, conclusion: 'success', run_started_at: at(40) });
    expect((await github(older)).body).toEqual({ status: 'accepted', outcome: 'stale' });
    const elsewhere = run({ id: 1002, head_branch: 'next', run_started_at: at(20) });
    expect((await github(elsewhere)).body.outcome).toBe('unknown');
    expect((await github(run({ id: 1003, run_started_at: at(10) }))).body.outcome).toBe('resolved');
    const late = run({ id: 1004, conclusion: 'failure', run_started_at: at(15) });
    expect((await github(late)).body.outcome).toBe('stale');
    const { body } = await developer.get(`/api/v1/incidents/${found.id}`);
    expect(body).toMatchObject({ status: 'resolved', resolved_by: 'github', occurrences: 1 });
  });

  it('S70 verifies the very bytes: the same JSON written otherwise is another body', async () => {
    const payload = run({ id: 2001, conclusion: 'failure', workflow_id: 99 });
    const compact = JSON.stringify(payload);
    const signature = `sha256=${createHmac('sha256', SECRET).update(compact).digest('hex')}`;
    const headers = {
      'X-GitHub-Event': 'workflow_run',
      'X-GitHub-Delivery': randomUUID(),
      'X-Hub-Signature-256': signature,
    };
    expect((await post(GITHUB, JSON.stringify(payload, null, 2), headers)).status).toBe(401);
    expect((await post(GITHUB, compact, headers)).body).toEqual({ status: 'accepted', outcome: 'created' });
  });

  it('S70 is closed to wrong, missing and SHA-1 signatures', async () => {
    const payload = run({ id: 3001, conclusion: 'failure', workflow_id: 100 });
    for (const more of [
      { secret: 'not-the-secret-of-it' },
      { signature: '' },
      { signature: 'sha1=00' },
      { signature: SECRET },
    ]) {
      expect((await github(payload, more)).status).toBe(401);
    }
    expect((await github(payload)).body.outcome).toBe('created');
  });

  it('S70 refuses payloads and headers that GitHub does not send', async () => {
    expect((await github({ action: 'completed' })).body).toMatchObject({
      code: 'malformed_payload',
      field: 'repository',
    });
    expect((await github(run(), { id: 'a b' })).body).toMatchObject({
      code: 'malformed_payload',
      field: 'X-GitHub-Delivery',
    });
  });
});

describe('killed between the durable write and the answer', () => {
  let unlucky: Program;
  const killer = { env: { ...ENV, KILL_BEFORE_ANSWER: '/api/v1/webhooks/' }, nodeArguments: ['--require', KILL] };

  beforeAll(async () => {
    unlucky = await Program.start(killer);
    await furnish(unlucky);
  });

  afterAll(() => unlucky?.dispose());

  /** Starts it again where its senders know it. */
  async function again(): Promise<void> {
    const { port } = new URL(unlucky.url);
    await unlucky.exited();
    unlucky = await Program.start({ ...killer, dataDir: unlucky.dataDir, env: { ...killer.env, PORT: port } });
  }

  it('S70 a delivery of GitHub is there once, and told to be when it comes again', async () => {
    const failure = run({ id: 1, conclusion: 'failure' });
    const id = randomUUID();
    process.kill(unlucky.pid, 'SIGCONT');
    await expect(github(failure, { id, url: unlucky.url })).rejects.toThrow();
    await again();
    expect((await github(failure, { id, url: unlucky.url })).body).toEqual({ status: 'duplicate' });
    expect(await ofType(await signedIn(unlucky, 'admin'), 'github_actions_failed')).toMatchObject({ occurrences: 1 });
  });

  it('S71 an alert that Alertmanager sends again becomes no second incident', async () => {
    const alertmanager = await TestAlertmanager.start({ webhook: `${unlucky.url}${ALERTS}`, secretFile });
    process.kill(unlucky.pid, 'SIGCONT');
    await alertmanager.post({ labels: labels('DiskFull') });
    await again();
    const client = await signedIn(unlucky, 'admin');
    await until(async () => (await ofType(client, 'disk_full'))?.occurrences > 1);
    expect(await list(client, '&type=disk_full')).toHaveLength(1);
    await alertmanager.stop();
  });
});

describe('a report by hand', () => {
  const report = (client: RestTestClient, body: object) =>
    client.request('POST', '/api/v1/incidents', JSON.stringify(body));
  const input = { team: 'billing', service: 'api', type: 'slow', summary: 'Checkout takes ten seconds' };

  it('makes an incident, and repeated it is the same one', async () => {
    const first = await report(developer, { ...input, evidence: ['p99 = 10 s'] });
    expect([first.status, first.body.outcome, first.body.source]).toEqual([201, 'created', 'manual']);
    const second = await report(developer, { ...input, severity: 'critical' });
    expect([second.status, second.body.outcome, second.body.id]).toEqual([200, 'repeated', first.body.id]);
    expect(second.body).toMatchObject({ occurrences: 2, severity: 'critical' });
    expect(second.body.timeline[0].actor).toBe(PEOPLE.developer);
  });

  it('takes what an investigation found to the incident of an alert', async () => {
    await alerts(alertBody(firing('Investigated', { fingerprint: 'abcdabcdabcdabcd' })));
    const fix = { proposed_fix: 'Raise the limit to 512Mi.', pr_url: 'https://github.com/acme/api/pull/7' };
    const found = await report(developer, {
      ...{ team: 'billing', summary: 'memory limit', analysis: `The heap grows; token=${'abcd'.repeat(5)} was seen.` },
      ...fix,
      fingerprint: 'alertmanager:abcdabcdabcdabcd',
    });
    expect(found.body).toMatchObject({ outcome: 'repeated', status: 'fix_proposed', type: 'investigated', ...fix });
    expect(found.body.analysis).toBe('The heap grows;[masked] was seen.');
  });

  it('neither softens what a source says nor takes the place of a storm', async () => {
    await alerts(alertBody(firing('Loud', { fingerprint: 'beefbeefbeefbeef' })));
    const soft = { team: 'billing', severity: 'info', summary: 'Nothing to see' };
    const found = await report(developer, { ...soft, fingerprint: 'alertmanager:beefbeefbeefbeef', evidence: ['x'] });
    expect(found.body).toMatchObject({ severity: 'critical', summary: 'Loud happens', occurrences: 1 });
    const early = await report(developer, { ...soft, fingerprint: 'alertmanager:0000000000000000' });
    expect([early.status, early.body.code]).toEqual([404, 'incident_not_found']);
    const storm = await report(developer, { ...soft, fingerprint: 'mctl:storm' });
    expect([storm.status, storm.body.code, storm.body.field]).toEqual([400, 'reserved_fingerprint', 'fingerprint']);
  });

  it('is audited, also where it is refused', async () => {
    const viewer = await signedIn(program, PEOPLE.viewer);
    expect((await report(viewer, input)).body.code).toBe('role_too_low');
    const stranger = await signedIn(program, PEOPLE.stranger);
    expect((await report(stranger, input)).body.code).toBe('team_not_found');
    expect((await report(developer, { ...input, service: 'nope' })).body.code).toBe('service_not_found');
    const { body } = await developer.get('/api/v1/audit?operation=report-incident&team=billing&limit=200');
    const entries = (body.items as Loose[]).map(({ status, code, actor }) => [status, code, actor]);
    expect(entries).toEqual(
      expect.arrayContaining([
        ['recorded', 'created', PEOPLE.developer],
        ['recorded', 'repeated', PEOPLE.developer],
        ['refused', 'role_too_low', PEOPLE.viewer],
        ['refused', 'service_not_found', PEOPLE.developer],
      ]),
    );
  });

  it.each([
    [{ ...input, summary: '' }, 'summary'],
    [{ ...input, severity: 'awful' }, 'severity'],
    [{ ...input, pr_url: 'javascript:alert(1)' }, 'pr_url'],
    [{ ...input, pr_url: 'https://u:p@x.example/' }, 'pr_url'],
    [{ ...input, status: 'resolved' }, 'status'],
    [{ ...input, fingerprint: 'a b' }, 'fingerprint'],
  ])('refuses %j', async (body, field) => {
    const answer = await report(developer, body);
    expect([answer.status, answer.body.field]).toEqual([400, field]);
  });
});

describe('one story', () => {
  it('acknowledges over MCP and resolves over REST, each with its commit', async () => {
    await done(developer, 'scale-service', { team: 'billing', service: 'api', replicas: 2, reason: 'less noise' });
    await alerts(alertBody(firing('Story', { startsAt: new Date().toISOString() })));
    const client = await McpTestClient.connect(program.url, await tokenFor(program.dataDir, PEOPLE.developer));
    const { items } = await client.must('mctl_list_incidents', { team: 'billing', type: 'story' });
    const shown = await client.must('mctl_get_incident', { id: items[0].id.slice(0, 12) });
    expect(shown.related_operations[0]).toMatchObject({
      operation: 'scale-service',
      target: 'billing/api',
      actor: PEOPLE.developer,
      reason: 'less noise',
      commit: expect.stringMatching(/^[0-9a-f]{40}$/),
    });
    const acknowledged = await client.must('mctl_acknowledge_incident', {
      id: shown.id.slice(0, 8),
      reason: 'on it',
      wait_seconds: 25,
    });
    expect(acknowledged).toMatchObject({
      operation: { status: 'succeeded' },
      incident_id: shown.id,
      previous_status: 'open',
      incident_status: 'acknowledged',
      changed: true,
      changes: [],
      warnings: [],
    });
    expect(await client.must('mctl_get_incident', { id: shown.id })).toMatchObject({
      status: 'acknowledged',
      acknowledged_by: PEOPLE.developer,
      timeline: [{ event: 'opened' }, { event: 'acknowledged', text: 'on it', operation: acknowledged.operation.id }],
    });
    const twice = await done(developer, 'acknowledge-incident', { id: shown.id });
    expect(twice).toMatchObject({ changed: false, warnings: [{ code: 'no_change' }] });
    const resolved = await done(developer, 'resolve-incident', {
      id: shown.id,
      resolution: 'One replica\nwas too few.',
    });
    expect(resolved).toMatchObject({ incident_status: 'resolved', warnings: [{ code: 'may_reopen' }] });
    const refused = await client.call('mctl_acknowledge_incident', { id: shown.id });
    expect(refused).toMatchObject({ isError: true, data: { code: 'incident_resolved', field: 'id' } });
    const { timeline, ...rest } = await client.must('mctl_get_incident', { id: shown.id });
    expect(rest).toMatchObject({
      status: 'resolved',
      resolved_by: PEOPLE.developer,
      resolution: 'One replica\nwas too few.',
    });
    expect(timeline.map(({ event }: Loose) => event)).toEqual(['opened', 'acknowledged', 'resolved']);
    const commits = (await commitsOf(program.gitDir)).filter(({ subject }) => subject.includes(shown.id));
    expect(commits.map(({ subject }) => subject)).toEqual([
      `acknowledge(incident/${shown.id}): story of billing/api`,
      `acknowledge(incident/${shown.id}): story of billing/api`,
      `resolve(incident/${shown.id}): story of billing/api`,
    ]);
    expect(commits.map((commit) => trailer(commit, 'Operation-Id'))[0]).toBe(acknowledged.operation.id);
    const { items: entries } = await client.must('mctl_list_recent_operations', {
      team: 'billing',
      operation: 'resolve-incident',
    });
    expect(entries[0]).toMatchObject({ status: 'succeeded', target: `incident/${shown.id}`, team: 'billing' });
    await client.close();
  });

  it('S21 is nobody else’s: a viewer may look, a stranger finds nothing', async () => {
    const viewer = await signedIn(program, PEOPLE.viewer);
    expect((await viewer.get(`/api/v1/incidents/${about.incident}`)).status).toBe(200);
    expect((await viewer.execute('resolve-incident', { id: about.incident })).body.code).toBe('role_too_low');
    const stranger = await signedIn(program, PEOPLE.stranger);
    expect((await stranger.get(`/api/v1/incidents/${about.incident}`)).body.code).toBe('incident_not_found');
    expect((await stranger.execute('resolve-incident', { id: about.incident })).body.code).toBe('incident_not_found');
    expect(await list(stranger)).toEqual([]);
    expect((await stranger.get('/api/v1/incidents/summary')).body).toEqual({
      by_status: {},
      by_severity: {},
      by_type: {},
      by_team: {},
      total: 0,
    });
  });

  it('pages through all of them, each once', async () => {
    const seen: string[] = [];
    for (let cursor = ''; ;) {
      const { body } = await developer.get(`/api/v1/incidents?status=active&limit=2&cursor=${cursor}`);
      seen.push(...(body.items as Loose[]).map(({ id }) => id as string));
      if (body.next_cursor === null) break;
      cursor = body.next_cursor as string;
    }
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen).toEqual((await list(developer)).map(({ id }) => id));
    expect((await developer.get('/api/v1/incidents/summary')).body.total).toBe(seen.length);
    expect((await developer.get('/api/v1/incidents?cursor=eA')).body).toMatchObject({
      code: 'invalid_input',
      field: 'cursor',
    });
  });

  it('S23 is not changed in read-only mode, in which alerts still come in', async () => {
    const readOnly = await Program.start({ env: { ...ENV, MCTL_READ_ONLY: 'true' } });
    const client = await signedIn(readOnly, 'admin');
    expect((await alerts(alertBody(firing('Seen')), bearer(), readOnly.url)).body.outcomes).toEqual({ created: 1 });
    expect(await list(client)).toHaveLength(1);
    await readOnly.dispose();
  });
});
