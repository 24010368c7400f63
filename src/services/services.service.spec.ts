import { aWorld } from '../../test/factories/world';
import { Access } from '../platform/auth/access';
import type { Actor } from '../platform/auth/actor';
import { NotFound } from '../platform/errors';
import type { Gitops, Revision, World } from '../platform/gitops';
import type { OperationStore } from '../platform/operations/operation-store';
import { parseInput } from '../platform/schema';
import type { SecretStore } from '../platform/secrets';
import { ListServicesInput, ServiceLogsInput } from './services.dto';
import { NoCluster } from '../platform/cluster/no-cluster';
import { Clock } from '../platform/clock';
import { Config } from '../platform/config';
import { Loki } from '../platform/logs';
import { ActualStates } from './actual-state';
import { ServiceLogReader } from './service-logs';
import { ServicesService } from './services.service';

const API = `image: {repository: ghcr.io/acme/api, tag: "2"}
service: {port: 3000}
env: {LOG_LEVEL: info, DB_PASSWORD: canary-1, DSN_URL: "postgres://app:canary-2@db/x"}
ingress:
  enabled: true
  hosts: [pay.example.com, billing-api.apps.example.org]
externalSecret:
  data: [{secretKey: STRIPE_KEY, remoteKey: teams/billing/api, property: STRIPE_KEY}]
probes:
  liveness: {path: /up, httpHeaders: [{name: Authorization, value: canary-3}]}
  startup: null
dbSecret: {vaultPath: teams/billing/api/database}
`;
const JOB =
  'type: worker\nimage: {repository: ghcr.io/acme/job, tag: "1"}\nautoscaling: {enabled: true, maxReplicas: 3}\n';

const owned = { members: [{ userId: 'ada', role: 'owner' }] };
const world = aWorld({
  tenants: { billing: owned, 'a-team': owned, a: owned, secret: {} },
  services: {
    'billing/api': API,
    'billing/job': JOB,
    'billing/broken': 'image: [',
    'a/z': JOB,
    'a-team/a': JOB,
    'secret/api': API,
  },
});
const ada: Actor = { login: 'ada', method: 'local', isAdmin: false, via: { door: 'mcp', requestId: 'r' } };
const root: Actor = { ...ada, login: 'root', isAdmin: true };

function serviceOver(over: World, parts: { history?: Revision[]; last?: object } = {}): ServicesService {
  const gitops = {
    world: () => Promise.resolve(over),
    layout: over.layout,
    history: () => Promise.resolve(parts.history ?? []),
  };
  const store = { lastOn: (target: string) => Promise.resolve(target === 'billing/api' ? parts.last : undefined) };
  const stored = [{ name: 'STRIPE_KEY', version: 2, updated_at: '2026-03-01T12:00:00.000Z' }];
  const secrets = { versions: (team: string) => Promise.resolve(team === 'billing' ? stored : []) };
  return new ServicesService(
    gitops as unknown as Gitops,
    new Access(gitops as unknown as Gitops),
    store as unknown as OperationStore,
    secrets as unknown as SecretStore,
    new ActualStates(new NoCluster(), new Config({} as Config['values'])),
    new ServiceLogReader(new NoCluster(), new Loki({ values: {} as Config['values'] }), new Clock()),
  );
}

const services = serviceOver(world);
const list = (actor: Actor, raw: object = {}) => services.list(actor, parseInput(ListServicesInput, raw));
const names = ({ items }: { items: readonly { team: string; name: string }[] }) =>
  items.map(({ team, name }) => `${team}/${name}`);

const whole = (refusal: unknown) => JSON.stringify([(refusal as NotFound).message, (refusal as NotFound).details]);

describe('list', () => {
  it('shows services of the caller’s teams by team and name, and names files that cannot be read', async () => {
    const answer = await list(ada);
    expect(names(answer)).toEqual(['a/z', 'a-team/a', 'billing/api', 'billing/job']);
    expect(answer).toMatchObject({
      count: 4,
      next_cursor: null,
      warnings: [{ code: 'unreadable_file', message: expect.stringContaining('services/billing/broken/values.yaml') }],
      source: { gitops: { state: 'ok' }, cluster: { state: 'not_configured', setting: 'MCTL_CLUSTER' } },
    });
    expect(answer.items[2]).toEqual({
      team: 'billing',
      name: 'api',
      image_tag: '2',
      host: 'billing-api.apps.example.org',
      port: 3000,
      type: 'web',
      has_database: true,
      sync: 'unknown',
      health: 'unknown',
    });
    expect(answer.items[3]).toMatchObject({ host: null, port: null, type: 'worker' });
  });

  it('shows administrators everything', async () => {
    expect(names(await list(root))).toContain('secret/api');
  });

  it('names to administrators alone the services that no tool reaches, for want of a team', async () => {
    const ghosts = serviceOver(
      aWorld({ tenants: { billing: owned }, services: { 'billing/job': JOB, 'ghost/api': API } }),
    );
    const input = parseInput(ListServicesInput, {});
    const answer = await ghosts.list(root, input);
    expect(names(answer)).toEqual(['billing/job']);
    expect(answer.warnings).toEqual([
      { code: 'no_tenant', message: expect.stringContaining('no tool reaches this service until') },
    ]);
    expect((await ghosts.list(ada, input)).warnings).toEqual([]);
    await expect(ghosts.list(root, parseInput(ListServicesInput, { team: 'ghost' }))).rejects.toMatchObject({
      code: 'team_not_found',
    });
  });

  it('filters by team and by a part of the name', async () => {
    expect(names(await list(ada, { team: 'billing' }))).toEqual(['billing/api', 'billing/job']);
    expect(names(await list(ada, { query: 'BILLING/A' }))).toEqual(['billing/api']);
    expect(names(await list(ada, { query: 'nothing' }))).toEqual([]);
  });

  it('answers for a team of others exactly as for one that does not exist', async () => {
    const [foreign, unknown] = await Promise.all(
      ['secret', 'zzzzzz'].map((team) => list(ada, { team }).catch((error: unknown) => error as NotFound)),
    );
    expect(foreign).toBeInstanceOf(NotFound);
    expect(whole(foreign)).toBe(whole(unknown).replaceAll('zzzzzz', 'secret'));
  });

  it('goes through all pages, each service once', async () => {
    const seen: string[] = [];
    for (let cursor: string | null | undefined; cursor !== null;) {
      const page = await list(ada, { limit: 1, ...(cursor && { cursor }) });
      seen.push(...names(page));
      cursor = page.next_cursor;
    }
    expect(seen).toEqual(['a/z', 'a-team/a', 'billing/api', 'billing/job']);
  });

  it('refuses a cursor that is not its own', async () => {
    await expect(list(ada, { cursor: '%%%' })).rejects.toMatchObject({ details: { field: 'cursor' } });
  });
});

describe('status', () => {
  it('tells what git knows, and that nothing else is known', async () => {
    const last = {
      id: '01',
      operation: 'deploy-service',
      status: 'succeeded',
      workflow: 'deploy-service-01',
      summary: 's',
      actor: 'ada',
      submitted_at: 't',
      finished_at: null,
      commit: 'c',
    };
    const answer = await serviceOver(world, { last }).status(ada, { team: 'billing', service: 'api' });
    expect(answer).toMatchObject({
      sync: { status: 'unknown', revision: null },
      health: { status: 'unknown', message: expect.stringContaining('MCTL_CLUSTER=none') },
      image: { declared: 'ghcr.io/acme/api:2', deployed: null },
      replicas: { declared: 1, ready: null, autoscaling: { enabled: false } },
      conditions: [],
      events: [],
      last_operation: { id: '01', name: 'deploy-service', status: 'succeeded', commit: 'c' },
    });
  });

  it('leaves the number of replicas to autoscaling where that decides', async () => {
    const answer = await services.status(ada, { team: 'billing', service: 'job' });
    expect(answer).toMatchObject({
      replicas: { declared: null, autoscaling: { enabled: true, min_replicas: 1, max_replicas: 3 } },
      last_operation: null,
    });
  });

  it('suggests services of the same team', async () => {
    await expect(services.status(ada, { team: 'billing', service: 'jop' })).rejects.toMatchObject({
      details: { allowed: ['job'] },
    });
  });
});

describe('config', () => {
  const history: Revision[] = [
    { commit: 'c2', at: 't2', by: 'bob', text: API },
    { commit: 'c1', at: 't1', by: 'ada', text: 'image: {tag: "1"}\n', operation: 'op1' },
  ];

  it('tells everything the file says but no secret', async () => {
    const answer = await serviceOver(world, { history }).config(ada, { team: 'billing', service: 'api' });
    expect(answer).toEqual({
      team: 'billing',
      service: 'api',
      type: 'web',
      image: 'ghcr.io/acme/api',
      tag: '2',
      tag_history: [
        { tag: '2', commit: 'c2', at: 't2', by: 'bob' },
        { tag: '1', commit: 'c1', at: 't1', by: 'ada' },
      ],
      host: 'billing-api.apps.example.org',
      custom_domains: ['pay.example.com'],
      port: 3000,
      replicas: 1,
      autoscaling: { enabled: false, min_replicas: 1, max_replicas: 5, cpu_threshold: 80 },
      resources: { requests: { cpu: '100m', memory: '128Mi' }, limits: { cpu: '500m', memory: '256Mi' } },
      env: { LOG_LEVEL: 'info', DB_PASSWORD: '[masked]', DSN_URL: 'postgres[masked]db/x' },
      secret_names: ['STRIPE_KEY'],
      secrets: [{ name: 'STRIPE_KEY', version: 2, updated_at: '2026-03-01T12:00:00.000Z' }],
      probes: [
        { name: 'liveness', state: 'declared', kind: 'http', path: '/up' },
        { name: 'readiness', state: 'chart_default', kind: 'http', path: '/readyz' },
        { name: 'startup', state: 'off', kind: 'none', path: null },
      ],
      database: {
        ...{ provisioned: true, secret: 'billing-api-db-creds' },
        ...{ name: null, database: null, role: null, made_by: null, extensions: [] },
        variables: ['DATABASE_URL', 'DB_HOST', 'DB_PORT', 'DB_NAME', 'DB_USER', 'DB_PASSWORD'],
      },
      warnings: [],
      untrusted: {
        provenance: expect.stringContaining('GitOps repository'),
        integrity: 'untrusted',
        fields: expect.arrayContaining(['tag', 'tag_history[].by', 'env']),
      },
    });
    expect(JSON.stringify(answer)).not.toContain('canary');
  });

  it('says of a file that cannot be read that it cannot be read', async () => {
    await expect(services.config(ada, { team: 'billing', service: 'broken' })).rejects.toMatchObject({
      code: 'unreadable_file',
    });
  });
});

describe('logs', () => {
  const logs = (raw: object) =>
    services.logs(ada, parseInput(ServiceLogsInput, { team: 'billing', service: 'api', ...raw }));

  it('says which setting would bring them', async () => {
    expect(await logs({ lines: '20', since: '15m', level: 'warn' })).toMatchObject({
      logs: { integrity: 'untrusted', lines: [] },
      source: { logs: { state: 'not_configured', setting: 'MCTL_CLUSTER' } },
    });
  });

  it('knows only services that exist', async () => {
    await expect(logs({ service: 'apo' })).rejects.toBeInstanceOf(NotFound);
  });

  it.each([
    { lines: 0 },
    { lines: 1001 },
    { since: '1w' },
    { since: 'h' },
    { level: 'trace' },
    { contains: 'x'.repeat(201) },
    { previous: 'yes' },
  ])('refuses %p', (raw) =>
    expect(() => parseInput(ServiceLogsInput, { team: 'billing', service: 'api', ...raw })).toThrow(/not valid/),
  );
});
