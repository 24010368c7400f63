import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { readConfig } from '../../src/platform/config';
import { literally, Prometheus, selector } from '../../src/platform/prometheus';
import { done, PEOPLE, signedIn } from '../support/furnish';
import { git } from '../support/plain-git';
import { cadvisor, MEBI, noise, steady } from '../support/pod-metrics';
import { Program } from '../support/program';
import { expectedCpu, expectedMemory, lackingOf, samplesIn } from '../support/sizing-reference';
import { type Series, TestPrometheus } from '../support/test-prometheus';
import type { RestTestClient } from '../support/clients';
import type { Loose } from '../support/loose';

const HOUR = 3600;
/** Seven seconds past the minute, so that no scrape coincides with a step of a subquery. */
const NOW = Math.floor(Date.now() / 60_000) * 60 - 60 + 7;
const START = NOW - 26 * HOUR;
const SWITCH = NOW - 10 * HOUR;
const POD = 'billing-openclaw-7d9c5b6f4d';

/** Two generations of pods, of which the first was the busier, and a replica beside them all the time. */
const OPENCLAW = [
  ...cadvisor({
    pod: `${POD}-klmnp`,
    container: 'openclaw',
    from: START,
    to: NOW,
    cores: (index) => 0.1 + 0.1 * noise(index + 3),
    bytes: (index) => (550 + 100 * noise(index + 3)) * MEBI,
  }),
  ...cadvisor({
    pod: `${POD}-abcde`,
    container: 'openclaw',
    from: START,
    to: SWITCH,
    cores: (index) => 0.05 + 0.3 * noise(index),
    bytes: (index) => (600 + 400 * noise(index)) * MEBI,
  }),
  ...cadvisor({
    pod: 'billing-openclaw-5f6d7c8b9-fghjk',
    container: 'openclaw',
    from: SWITCH + 60,
    to: NOW,
    cores: (index) => 0.02 + 0.2 * noise(index + 7),
    bytes: (index) => (500 + 300 * noise(index + 7)) * MEBI,
  }),
];

/** The same container, scraped by two: once is enough. */
const TWICE = OPENCLAW.slice(0, 2).map((each) => ({ ...each, labels: { ...each.labels, job: 'another' } }));

/** What must not be counted: other teams, other services, other containers, the sum over the pod. */
const OTHERS = [
  { namespace: 'storefront', pod: `${POD}-abcde`, container: 'openclaw' },
  { pod: 'billing-openclaw-web-7d9c5b6f4d-abcde', container: 'openclaw' },
  { pod: 'xbilling-openclaw-7d9c5b6f4d-abcde', container: 'openclaw' },
  { pod: `${POD}-abcde`, container: 'proxy' },
  { pod: `${POD}-abcde`, container: '' },
].flatMap((whose) => cadvisor({ ...whose, from: START, to: NOW, cores: () => 7, bytes: () => 9000 * MEBI }));

const HUNGRY = { namespace: 'billing', pod: 'billing-hungry-7d9c5b6f4d-abcde', container: 'hungry' };
const MINUTES = Array.from({ length: 26 * 60 }, (_, index) => START + index * 60);
const SERIES: Series[] = [
  ...OPENCLAW,
  ...TWICE,
  ...OTHERS,
  ...cadvisor({ ...HUNGRY, from: START, to: NOW, cores: () => 0.001, bytes: () => 400 * MEBI }),
  {
    metric: 'container_oom_events_total',
    labels: HUNGRY,
    samples: MINUTES.map((at, index) => [at, index < 400 ? 0 : index < 800 ? 1 : 3] as const),
  },
  steady('kube_pod_container_status_last_terminated_reason', { ...HUNGRY, reason: 'OOMKilled' }, MINUTES.slice(400), 1),
  steady('kube_pod_container_resource_limits', { ...HUNGRY, resource: 'memory', unit: 'byte' }, MINUTES, 512 * MEBI),
  // Another replica has more, and was never killed.
  steady(
    'kube_pod_container_resource_limits',
    { ...HUNGRY, pod: 'billing-hungry-7d9c5b6f4d-klmnp', resource: 'memory', unit: 'byte' },
    MINUTES,
    2048 * MEBI,
  ),
  steady('kube_pod_container_resource_limits', { ...HUNGRY, resource: 'cpu', unit: 'core' }, MINUTES, 9e12),
  ...cadvisor({
    pod: 'billing-idle-7d9c5b6f4d-abcde',
    container: 'idle',
    from: START,
    to: NOW,
    cores: () => 0.0004,
    bytes: () => 20 * MEBI,
  }),
  ...cadvisor({
    pod: 'billing-young-7d9c5b6f4d-abcde',
    container: 'young',
    from: NOW - 23.5 * HOUR,
    to: NOW,
    cores: () => 0.1,
    bytes: () => 200 * MEBI,
  }),
  ...cadvisor({
    pod: 'billing-sparse-7d9c5b6f4d-abcde',
    container: 'sparse',
    from: START,
    to: NOW,
    every: 1200,
    cores: () => 0.1,
    bytes: () => 200 * MEBI,
  }),
  steady('mctl_test', { name: 'a.b' }, [NOW], 1),
  steady('mctl_test', { name: 'axb' }, [NOW], 1),
];

const SERVICES = ['openclaw', 'hungry', 'idle', 'young', 'sparse', 'unseen'];

let prometheus: TestPrometheus;
let program: Program;
let owner: RestTestClient;

beforeAll(async () => {
  prometheus = await TestPrometheus.start(SERIES);
  program = await Program.start({ env: { MCTL_PROMETHEUS_URL: `${prometheus.url}/` } });
  await furnishTeam(program, SERVICES);
  owner = await signedIn(program, PEOPLE.owner);
}, 180_000);

afterAll(async () => {
  await program?.dispose();
  await prometheus?.stop();
});

async function furnishTeam(place: Program, services = ['openclaw']): Promise<void> {
  const olga = await signedIn(place, PEOPLE.owner);
  await done(olga, 'create-tenant', {
    team: 'billing',
    quota_cpu_requests: '4',
    quota_cpu_limits: '8',
    quota_memory_requests: '6Gi',
    quota_memory_limits: '10Gi',
    quota_pods: 20,
    members: [{ user: PEOPLE.viewer, role: 'viewer' }],
  });
  const about = { action: 'onboard', team: 'billing', image: 'ghcr.io/acme/x', image_tag: '1' };
  // At once: they share their way to the branch.
  await Promise.all(services.map((service) => done(olga, 'deploy-service', { ...about, service })));
}

async function sizing(service: string, lookback = '24h'): Promise<Loose> {
  const { status, body } = await owner.get(`/api/v1/openclaw/billing/${service}/sizing?lookback=${lookback}`);
  expect(status).toBe(200);
  return body;
}

const ofMetric = (metric: string) => OPENCLAW.filter((each) => each.metric.includes(metric));
const roundUp = (value: number, unit: number) => Math.ceil(value / unit - 1e-9) * unit;

describe('sizing with a real Prometheus', () => {
  it('finds the figures that the raw samples hold, of this service’s own containers alone', async () => {
    const answer = await sizing('openclaw');
    const range = { from: Date.parse(answer.window.from) / 1000, to: Date.parse(answer.window.to) / 1000 };
    const [cpu, memory] = [expectedCpu(ofMetric('cpu'), range), expectedMemory(ofMetric('memory'), range)];
    expect(answer).toMatchObject({
      status: 'ok',
      source: { gitops: { state: 'ok' }, metrics: { state: 'ok' } },
      warnings: [],
    });
    expect(range.to - range.from).toBe(24 * HOUR);
    expect(answer.samples).toBe(samplesIn(ofMetric('memory'), range));
    expect(answer.usage.cpu.p95.value).toBeCloseTo(roundUp(cpu.p95, 0.001), 9);
    expect(answer.usage.cpu.max.value).toBeCloseTo(roundUp(cpu.max, 0.001), 9);
    expect(answer.usage.memory.p95.value).toBe(roundUp(memory.p95, MEBI));
    expect(answer.usage.memory.max.value).toBe(roundUp(memory.max, MEBI));
    expect(answer.usage).toMatchObject({ oom_kills: 0, ran_out_of_memory: null });
    expect(answer.recommended.requests).toEqual({
      cpu: `${Math.round(roundUp(cpu.p95, 0.001) * 1000)}m`,
      memory: `${roundUp(memory.max * 1.15, MEBI) / MEBI}Mi`,
    });
    expect(answer.recommended.limits).toEqual({ memory: answer.recommended.requests.memory });
    // The largest, as no profile requests that much memory.
    const startup = { requests: { cpu: 0.5, memory: 1024 * MEBI }, limits: { cpu: 2, memory: 4096 * MEBI } };
    const wanted = { cpu: cpu.p95, memory: roundUp(memory.max * 1.15, MEBI), highestCpu: cpu.max };
    expect(lackingOf(startup, wanted)).toEqual(['requests.memory']);
    expect(answer.recommended.profile).toMatchObject({ name: 'startup', fits: false, short: ['requests.memory'] });
    expect(answer.current).toEqual({
      requests: { cpu: '200m', memory: '256Mi' },
      limits: { cpu: '500m', memory: '512Mi' },
    });
    expect(answer.difference).toEqual([
      expect.objectContaining({
        resource: 'requests.cpu',
        current: '200m',
        change: `${Math.round(roundUp(cpu.p95, 0.001) * 1000) - 200}m`,
      }),
      expect.objectContaining({ resource: 'requests.memory', current: '256Mi' }),
      expect.objectContaining({ resource: 'limits.memory', current: '512Mi' }),
    ]);
  });

  it('tells where the data begins and ends', async () => {
    const { window } = await sizing('openclaw', '7d');
    expect(window).toMatchObject({
      lookback: '7d',
      first_sample: new Date(START * 1000).toISOString(),
      last_sample: new Date(NOW * 1000).toISOString(),
      hours: 26,
    });
  });

  it('goes by the five minutes over a month, and finds the same extremes', async () => {
    const [month, week] = [await sizing('openclaw', '30d'), await sizing('openclaw', '7d')];
    expect(month.status).toBe('ok');
    expect(month.usage.memory.max).toEqual(week.usage.memory.max);
    expect(month.samples).toBe(week.samples);
  });

  it('never goes below what ran out of memory', async () => {
    expect(await sizing('hungry')).toMatchObject({
      status: 'ok',
      usage: {
        oom_kills: 3,
        ran_out_of_memory: { quantity: '512Mi', value: 512 * MEBI, unit: 'bytes' },
        memory: { max: { quantity: '400Mi' } },
      },
      recommended: { requests: { cpu: '10m', memory: '640Mi' }, profile: { name: 'steady-small' } },
    });
  });

  it('has floors', async () => {
    expect((await sizing('idle')).recommended.requests).toEqual({ cpu: '10m', memory: '100Mi' });
  });

  it.each([
    ['young', '24h', /span 23\.5 hours, and 24/],
    ['young', '7d', /span 23\.5 hours, and 24/],
    ['openclaw', '1h', /span 1\.1 hours, and 24/],
    ['sparse', '24h', /There are 7[0-9] samples, and 100/],
    ['unseen', '24h', /no metrics/],
  ])('has no recommendation for %s over %s', async (service, lookback, why) => {
    expect(await sizing(service, lookback)).toMatchObject({
      status: 'insufficient_data',
      summary: expect.stringMatching(why),
      recommended: null,
      difference: [],
      source: { metrics: { state: 'ok' } },
    });
  });

  it.each(['0s', '31d', '999999999d', '24', '1h]'])('refuses to look back %s', async (lookback) => {
    const { status, body } = await owner.get(
      `/api/v1/openclaw/billing/openclaw/sizing?lookback=${encodeURIComponent(lookback)}`,
    );
    expect([status, body.code, body.field]).toEqual([400, 'invalid_input', 'lookback']);
  });

  it('is for the team alone', async () => {
    const stranger = await signedIn(program, PEOPLE.stranger);
    const { status, body } = await stranger.get('/api/v1/openclaw/billing/openclaw/sizing');
    expect([status, body.code]).toEqual([404, 'team_not_found']);
  });
});

describe('usage with a real Prometheus', () => {
  it('has what pods take beside what they ask for', async () => {
    const { body } = await (await signedIn(program, PEOPLE.viewer)).get('/api/v1/resources/billing');
    expect(body.source).toMatchObject({ cluster: { state: 'not_configured' }, metrics: { state: 'ok' } });
    const of = (name: string) => (body.services as Loose[]).find(({ service }) => service === name);
    expect(of('hungry').measured).toEqual({
      cpu: { quantity: '1m', value: 0.001, unit: 'cores' },
      memory: { quantity: '400Mi', value: 400 * MEBI, unit: 'bytes' },
    });
    expect(of('unseen').measured).toEqual({ cpu: null, memory: null });
    // Its sidecar counts, for the pod takes it; pods of billing-openclaw-web do not.
    const running = ofMetric('memory').filter(({ samples }) => samples.at(-1)?.[0] === NOW);
    const bytes = running.reduce((sum, { samples }) => sum + (samples.at(-1)?.[1] ?? NaN), 0);
    expect(running).toHaveLength(2);
    expect(of('openclaw').measured.memory.value).toBe(9000 * MEBI + roundUp(bytes, MEBI));
    // Nothing was scraped since the test began, so the rate may be less than the 7 cores and a little that it was, never more.
    expect(of('openclaw').measured.cpu.value).toBeGreaterThan(1);
    expect(of('openclaw').measured.cpu.value).toBeLessThan(7.5);
    expect(body.cpu.requests).toMatchObject({
      used: { quantity: '1200m', value: 1.2 },
      hard: { quantity: '4', value: 4, unit: 'cores' },
      percent: 30,
    });
  });
});

describe('a selector', () => {
  const ask = async (query: string) => {
    const client = new Prometheus(readConfig({ MCTL_PROMETHEUS_URL: prometheus.url }));
    const { found } = await client.queryAll({ found: query }, new Date(NOW * 1000));
    return found.map(({ labels }) => labels.name);
  };

  it.each([
    ['quotes and more', '"} or vector(1) or mctl_test{name="'],
    ['a backslash', '\\'],
    ['an escaped quote', '\\"'],
    ['a line break', 'a\nb'],
    ['another kind of quote', '`'],
    ['a line separator', '\u2028'],
    ['braces', '{}'],
    ['a pair of surrogates', '😀'],
    ['much', 'a'.repeat(5000)],
  ])('holds %s as a text and nothing else', async (_, text) => {
    expect(await ask(selector('mctl_test', { name: text }))).toEqual([]);
    expect(await ask(selector('mctl_test', { name: { matches: literally(text) } }))).toEqual([]);
  });

  it('takes text literally inside of an expression', async () => {
    expect(await ask(selector('mctl_test', { name: { matches: literally('a.b') } }))).toEqual(['a.b']);
    expect((await ask(selector('mctl_test', { name: { matches: 'a.b' } }))).sort()).toEqual(['a.b', 'axb']);
    expect(await ask(selector('mctl_test', { name: { differsFrom: ['a.b'] } }))).toEqual(['axb']);
  });
});

describe('without metrics', () => {
  it.each([
    ['nothing is configured', () => Promise.resolve({}), 'not_configured', /MCTL_PROMETHEUS_URL is not set/],
    ['nobody listens', closedPort, 'unavailable', /no connection \(ECONNREFUSED\)/],
  ])('says so where %s, and answers the rest', async (_, env, state, reason) => {
    const other = await Program.start({ env: await env() });
    try {
      await furnishTeam(other);
      const olga = await signedIn(other, PEOPLE.owner);
      const source = { metrics: { state, setting: 'MCTL_PROMETHEUS_URL', message: expect.stringMatching(reason) } };
      expect((await olga.get('/api/v1/resources/billing')).body).toMatchObject({
        pods: { used: { value: 1 }, hard: { value: 20 }, percent: 5 },
        services: [{ service: 'openclaw', measured: null }],
        source,
      });
      expect((await olga.get('/api/v1/openclaw/billing/openclaw/sizing')).body).toMatchObject({
        status: state,
        summary: expect.stringMatching(reason),
        usage: null,
        recommended: null,
        current: { requests: { cpu: '200m' } },
        source,
      });
    } finally {
      await other.dispose();
    }
  });
});

async function closedPort(): Promise<Record<string, string>> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return { MCTL_PROMETHEUS_URL: `http://127.0.0.1:${port}` };
}

describe('a profile', () => {
  it('is applied by one commit that touches resources alone, as an owner', async () => {
    const viewer = await signedIn(program, PEOPLE.viewer);
    const call = { team: 'billing', service: 'openclaw', profile: 'steady-small' };
    expect((await viewer.execute('apply-resource-profile', call)).status).toBe(403);
    const { commit, changed, profile } = await done(owner, 'apply-resource-profile', call);
    expect(profile).toBe('steady-small');
    expect((changed as { key: string }[]).map(({ key }) => key).sort()).toEqual([
      'resources.limits.cpu',
      'resources.limits.memory',
      'resources.requests.cpu',
      'resources.requests.memory',
    ]);
    const numbers = await git(program.gitDir, 'show', '--format=%s', '--numstat', commit.sha);
    expect(numbers).toBe(
      'resources(billing/openclaw): steady-small\n\n4\t4\tplatform-gitops/services/billing/openclaw/values.yaml',
    );
    expect((await sizing('openclaw')).current).toEqual({
      requests: { cpu: '250m', memory: '768Mi' },
      limits: { cpu: '1', memory: '2560Mi' },
    });
  });

  it('is what the setting says', async () => {
    const small = { requests: { cpu: '1m', memory: '1Mi' }, limits: { cpu: '2m', memory: '2Mi' } };
    const other = await Program.start({ env: { MCTL_OPENCLAW_PROFILES: JSON.stringify({ startup: small }) } });
    try {
      await furnishTeam(other);
      const olga = await signedIn(other, PEOPLE.owner);
      await done(olga, 'apply-resource-profile', { team: 'billing', profile: 'startup' });
      const { body } = await olga.get('/api/v1/services/billing/openclaw');
      expect(body.resources).toEqual(small);
    } finally {
      await other.dispose();
    }
  });
});
