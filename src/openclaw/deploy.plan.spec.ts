import { planOf, refusalOf } from '../../test/factories/plan';
import { aWorld, type WorldParts } from '../../test/factories/world';
import type { World } from '../platform/gitops';
import type { Plan } from '../platform/operations/plan';
import { parseYaml } from '../platform/gitops/yaml';
import { deployOpenclaw } from './deploy-openclaw.operation';
import { startOpenclaw } from './start-openclaw.operation';

const ROOMY = {
  quotas: { 'requests.cpu': '2', 'requests.memory': '4Gi', 'limits.cpu': '4', 'limits.memory': '8Gi', pods: '10' },
  networking: { allowInternetEgress: true },
};
const worldOf = (parts: WorldParts = {}) => aWorld({ tenants: { billing: ROOMY }, ...parts });
const TARGET = { team: 'billing', service: 'openclaw' };
const ROOT = 'platform-gitops';
const VALUES = `${ROOT}/services/billing/openclaw/values.yaml`;
const ONBOARDING = `${ROOT}/services/billing/openclaw.onboarding.yaml`;
const DATABASE = `${ROOT}/databases/billing/openclaw.yaml`;

/** A world in which somebody has started an onboarding. */
function started(raw: object = {}, world = worldOf()): World {
  const { changes } = planOf(
    startOpenclaw,
    world,
    { ...TARGET, telegram_owner_ids: ['11', '22'], ...raw },
    { hasToken: false },
  );
  return world.with(changes);
}
const plan = (world = started(), hasToken = true) => planOf(deployOpenclaw, world, TARGET, { hasToken });
const refused = (world: World, hasToken = true) => refusalOf(() => plan(world, hasToken));
const valuesOf = ({ changes }: Plan) =>
  parseYaml(changes.find(({ path }) => path === VALUES)?.content ?? '') as Record<string, never>;

it('writes database and service and takes the onboarding away, in one plan', () => {
  const made = plan();
  expect(made.changes.map(({ path, content }) => [path, content !== undefined])).toEqual([
    [DATABASE, true],
    [VALUES, true],
    [ONBOARDING, false],
  ]);
  expect(made).toMatchObject({
    subject: 'deploy-openclaw(billing/openclaw)',
    summary:
      'OpenClaw becomes billing/openclaw at https://billing-openclaw.apps.example.org, with the database billing_openclaw.',
    warnings: [],
    answer: {
      url: 'https://billing-openclaw.apps.example.org',
      image: expect.stringMatching(/^ghcr\.io\/openclaw\/openclaw:2026\./),
      database: {
        database: 'billing_openclaw',
        role: 'billing_openclaw',
        variables: expect.arrayContaining(['DATABASE_URL']),
      },
    },
  });
});

it('makes the service of the template and of what was asked for; secrets by name only', () => {
  const values = valuesOf(plan(started({ default_model: 'anthropic/claude-opus-4-6', host: 'bot.example.com' })));
  expect(values).toMatchObject({
    type: 'web',
    service: { port: 18789 },
    image: { repository: 'ghcr.io/openclaw/openclaw' },
    env: {
      TELEGRAM_OWNER_IDS: '11,22',
      DEFAULT_MODEL: 'anthropic/claude-opus-4-6',
      PUBLIC_ORIGINS: 'https://billing-openclaw.apps.example.org,https://bot.example.com',
    },
    resources: { requests: { cpu: '500m', memory: '1Gi' }, limits: { cpu: '2', memory: '4Gi' } },
    externalSecret: {
      targetSecret: 'openclaw-secrets',
      data: [{ secretKey: 'TELEGRAM_BOT_TOKEN', remoteKey: 'teams/billing/openclaw', property: 'TELEGRAM_BOT_TOKEN' }],
    },
    envFrom: [{ secretRef: { name: 'openclaw-secrets' } }, { secretRef: { name: 'billing-openclaw-db-creds' } }],
    dbSecret: { vaultPath: 'teams/billing/openclaw/database' },
    ingress: { enabled: true, hosts: ['billing-openclaw.apps.example.org'] },
    persistence: { state: { size: '5Gi' } },
  });
});

it('takes the platform’s own template and startup profile, with the secrets that are in it', () => {
  const template = `type: web # mine
image: {repository: registry.example.org/claw, tag: "1"}
env: {DEFAULT_MODEL: local/mine, KEEP: me}
externalSecret:
  data: [{secretKey: OPENCLAW_GATEWAY_TOKEN, remoteKey: teams/shared, property: gateway}]
envFrom: [{configMapRef: {name: mine}}]
`;
  const startup = { requests: { cpu: '1', memory: '2Gi' }, limits: { cpu: '2', memory: '3Gi' } };
  const world = worldOf({
    files: { 'templates/services/openclaw.yaml': template },
    platform: { resourceProfiles: { startup, 'steady-medium': startup, 'steady-small': startup } },
  });
  expect(valuesOf(plan(started({}, world)))).toMatchObject({
    image: { repository: 'registry.example.org/claw' },
    service: { port: 18789 },
    env: { DEFAULT_MODEL: 'local/mine', KEEP: 'me', TELEGRAM_OWNER_IDS: '11,22' },
    resources: startup,
    externalSecret: {
      targetSecret: 'openclaw-secrets',
      data: [{ secretKey: 'OPENCLAW_GATEWAY_TOKEN' }, { secretKey: 'TELEGRAM_BOT_TOKEN' }],
    },
    envFrom: [
      { configMapRef: { name: 'mine' } },
      { secretRef: { name: 'openclaw-secrets' } },
      { secretRef: { name: 'billing-openclaw-db-creds' } },
    ],
  });
});

it('tells what comes next: host, key of the model’s provider, size', () => {
  const tools = (raw: object) =>
    plan(started(raw)).nextActions.map(({ tool, arguments: { domain, secret_names } }) => [
      tool,
      domain ?? secret_names,
    ]);
  expect(tools({ default_model: 'anthropic/claude-opus-4-6', host: 'bot.example.com' })).toEqual([
    ['mctl_get_service_status', undefined],
    ['mctl_add_custom_domain', 'bot.example.com'],
    ['mctl_deploy_service', ['ANTHROPIC_API_KEY']],
    ['mctl_get_openclaw_sizing_recommendation', undefined],
  ]);
  expect(tools({})).toEqual([
    ['mctl_get_service_status', undefined],
    ['mctl_get_openclaw_sizing_recommendation', undefined],
  ]);
});

it('changes nothing once it is deployed, with or without the token', () => {
  const deployed = started().with(plan().changes);
  for (const hasToken of [true, false]) {
    const again = plan(deployed, hasToken);
    expect(again.changes.filter(({ path, content }) => deployed.text(path) !== content)).toEqual([]);
    expect(again).toMatchObject({
      summary: 'OpenClaw is deployed as billing/openclaw already; nothing changes.',
      answer: { url: 'https://billing-openclaw.apps.example.org', changed: [] },
    });
  }
});

it('takes up the database that a retired OpenClaw of the name has left', () => {
  const before = started().with(plan().changes);
  const retired = before.with([{ path: VALUES }]);
  const made = plan(started({}, retired));
  expect(made.changes.map(({ path }) => path)).toEqual([VALUES, ONBOARDING]);
  expect(made.summary).toContain('which it had before');
});

describe('is refused', () => {
  it('before it was started, with the onboardings there are', () => {
    expect(refused(worldOf())).toMatchObject({
      kind: 'Conflict',
      code: 'not_started',
      field: 'service',
      got: 'openclaw',
    });
    expect(refused(started({ service: 'claw' }))).toMatchObject({ code: 'not_started', allowed: ['claw'] });
  });

  it('while the bot token is missing, naming it and no value', () => {
    expect(refused(started(), false)).toMatchObject({
      kind: 'Conflict',
      code: 'token_missing',
      details: { secret_names: ['TELEGRAM_BOT_TOKEN'] },
    });
  });

  it('where the team has too little by now, before anybody is sent to enter a token', () => {
    const poor = { 'tenants/billing/values.yaml': 'tenant: {quotas: {limits.cpu: "1"}}\n' };
    const world = aWorld({
      tenants: {},
      files: { ...poor, 'services/billing/openclaw.onboarding.yaml': 'onboarding: {telegramOwnerIds: ["1"]}\n' },
    });
    expect(refused(world, false)).toMatchObject({
      code: 'internet_egress_needed',
      details: {
        shortfalls: [
          { field: 'limits.cpu', required: '2', actual: '1' },
          { field: 'networking.allowInternetEgress', required: 'true', actual: 'false' },
        ],
      },
    });
  });

  it('where the name is another service’s by now', () => {
    const taken = started().with([{ path: VALUES, content: 'image: {repository: a, tag: "1"}\n' }]);
    expect(refused(taken)).toMatchObject({ code: 'service_exists', field: 'service' });
  });

  it.each([
    ['no YAML', 'onboarding: ['],
    ['another shape', 'just text'],
    ['no owner', 'onboarding: {telegramOwnerIds: []}'],
    ['an owner that is none', 'onboarding: {telegramOwnerIds: ["@ada"]}'],
    ['a model that is none', 'onboarding: {telegramOwnerIds: ["1"], defaultModel: "a b"}'],
    ['a host that is none', 'onboarding: {telegramOwnerIds: ["1"], host: "*.example.com"}'],
  ])('where somebody made the file hold %s', (_, content) => {
    expect(refused(worldOf().with([{ path: ONBOARDING, content }]))).toMatchObject({
      code: 'unreadable_file',
      fix: expect.stringContaining('mctl_deploy_openclaw'),
    });
  });
});
