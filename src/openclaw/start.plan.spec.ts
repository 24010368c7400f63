import fc from 'fast-check';
import { planOf, refusalOf, textOfPlan } from '../../test/factories/plan';
import { aWorld, type WorldParts } from '../../test/factories/world';
import { parseYaml } from '../platform/gitops/yaml';
import { readOnboarding } from './onboarding';
import { startOpenclaw } from './start-openclaw.operation';

const ROOMY = {
  quotas: { 'requests.cpu': '2', 'requests.memory': '4Gi', 'limits.cpu': '4', 'limits.memory': '8Gi', pods: '10' },
  networking: { allowInternetEgress: true },
};
const worldOf = (parts: WorldParts = {}) => aWorld({ tenants: { billing: ROOMY }, ...parts });
const RAW = { team: 'billing', telegram_owner_ids: ['123456789'] };
const plan = (raw: object = {}, world = worldOf(), hasToken = false) =>
  planOf(startOpenclaw, world, { ...RAW, ...raw }, { hasToken });
const refused = (raw: object, world = worldOf()) => refusalOf(() => plan(raw, world));

it('notes what was asked for in a file of which nobody makes an application, and runs nothing', () => {
  const made = plan({ default_model: 'anthropic/claude-opus-4-6', host: 'bot.example.com' });
  expect(made.changes.map(({ path }) => path)).toEqual(['platform-gitops/services/billing/openclaw.onboarding.yaml']);
  expect(textOfPlan(made))
    .toBe(`# OpenClaw as billing/openclaw: what was asked for. mctl_resume_openclaw_deploy makes the service of it and removes this file.
onboarding:
  telegramOwnerIds:
    - "123456789"
  defaultModel: anthropic/claude-opus-4-6
  host: bot.example.com
`);
  expect(made).toMatchObject({
    subject: 'start-openclaw(billing/openclaw): 1 owner',
    summary: 'OpenClaw can be deployed as billing/openclaw once its bot token is entered. Nothing runs yet.',
    warnings: [{ code: 'host_later', message: expect.stringContaining('mctl_add_custom_domain') }],
    nextActions: [{ tool: 'mctl_resume_openclaw_deploy', arguments: { team: 'billing', service: 'openclaw' } }],
    answer: {
      url: 'https://billing-openclaw.apps.example.org',
      preflight: { fits: true, shortfalls: [] },
      bot_token: 'missing',
    },
  });
});

it('says so where the token is there already', () => {
  expect(plan({}, worldOf(), true)).toMatchObject({
    summary: 'OpenClaw can be deployed as billing/openclaw now. Nothing runs yet.',
    answer: { bot_token: 'entered' },
  });
});

it('replaces what was asked for before, and changes nothing for the same', () => {
  const [first] = plan({ default_model: 'openai/gpt-5.4' }).changes;
  const started = worldOf().with(first ? [first] : []);
  expect(parseYaml(textOfPlan(plan({ telegram_owner_ids: ['7', '7', '8'] }, started)))).toEqual({
    onboarding: { telegramOwnerIds: ['7', '8'] },
  });
  expect(textOfPlan(plan({ default_model: 'openai/gpt-5.4' }, started))).toBe(first?.content);
});

it('reads back as it was asked for, whatever is asked for', () => {
  const ids = fc.uniqueArray(fc.stringMatching(/^[1-9][0-9]{0,19}$/), { minLength: 1, maxLength: 20 });
  const model = fc.option(fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._:@/-]{0,199}$/), { nil: undefined });
  fc.assert(
    fc.property(ids, model, (owners, default_model) => {
      const { changes } = plan({ telegram_owner_ids: owners, ...(default_model && { default_model }) });
      const read = readOnboarding(worldOf().with(changes), 'billing', 'openclaw');
      expect(read).toEqual({ team: 'billing', service: 'openclaw', owners, model: default_model, host: undefined });
    }),
  );
});

describe('preflight', () => {
  const api = { image: { repository: 'a', tag: '1' }, resources: { requests: { cpu: '1' }, limits: { cpu: '3' } } };

  it('tells each shortfall with what is required and what is left, and refuses nothing yet', () => {
    const tenants = {
      billing: {
        quotas: {
          'requests.cpu': '1200m',
          'limits.cpu': '2',
          pods: '1',
          persistentvolumeclaims: '0',
          'requests.storage': '4Gi',
        },
      },
    };
    const made = plan({}, worldOf({ tenants, services: { 'billing/api': api } }));
    expect(made.answer.preflight).toEqual({
      fits: false,
      shortfalls: [
        { field: 'requests.cpu', required: '500m', actual: '200m' },
        { field: 'limits.cpu', required: '2', actual: '0' },
        { field: 'limits.memory', required: '4Gi', actual: '3840Mi' },
        { field: 'pods', required: '1', actual: '0' },
        { field: 'requests.storage', required: '5Gi', actual: '4Gi' },
        { field: 'persistentvolumeclaims', required: '1', actual: '0' },
        { field: 'networking.allowInternetEgress', required: 'true', actual: 'false' },
      ],
    });
    expect(made.changes).toHaveLength(1);
    expect(made.summary).toContain('once its bot token is entered and the team has enough of: requests.cpu, ');
    expect(made.warnings).toEqual([
      { code: 'internet_egress_needed', message: expect.stringContaining('needs true, has false') },
      { code: 'quota_too_small', message: expect.stringContaining('limits.cpu: needs 2, has 0;') },
    ]);
    expect(made.nextActions[0]).toMatchObject({ tool: 'mctl_get_resource_usage' });
  });

  it('is for the startup profile of the platform, in the quota that the chart gives a team without one', () => {
    const startup = { requests: { cpu: '1', memory: '2Gi' }, limits: { cpu: '1', memory: '2Gi' } };
    const platform = { resourceProfiles: { startup, 'steady-medium': startup, 'steady-small': startup } };
    const tenants = { billing: { ...ROOMY, quotas: {} } };
    expect(plan({}, worldOf({ tenants, platform })).answer.preflight).toEqual({
      fits: false,
      shortfalls: [
        { field: 'requests.cpu', required: '1', actual: '500m' },
        { field: 'requests.memory', required: '2Gi', actual: '1280Mi' },
      ],
    });
    expect(plan({}, worldOf({ tenants })).answer.preflight).toEqual({ fits: true, shortfalls: [] });
  });

  it('minds the largest limits that one container may have', () => {
    const limited = (limitRange: object) => ({ billing: { ...ROOMY, limitRange } });
    const shortfalls = (limitRange: Record<string, never>) =>
      (plan({}, worldOf({ tenants: limited(limitRange) as never })).answer.preflight as { shortfalls: unknown })
        .shortfalls;
    expect(shortfalls({ max: { cpu: '1500m', memory: '3Gi' } } as never)).toEqual([
      { field: 'limitRange.max.cpu', required: '2', actual: '1500m' },
      { field: 'limitRange.max.memory', required: '4Gi', actual: '3Gi' },
    ]);
    expect(shortfalls({ enabled: false, max: { cpu: '1' } } as never)).toEqual([]);
    const larger = { requests: { cpu: '1', memory: '1Gi' }, limits: { cpu: '3', memory: '4Gi' } };
    const platform = { resourceProfiles: { startup: larger, 'steady-medium': larger, 'steady-small': larger } };
    const open = (max: object) =>
      plan({}, worldOf({ tenants: limited({ max }) as never, platform })).answer.preflight as { shortfalls: unknown };
    expect(open({ memory: '4096Mi' }).shortfalls).toEqual([
      { field: 'limitRange.max.cpu', required: '3', actual: '2' },
    ]);
    expect(open({ cpu: null }).shortfalls).toEqual([]);
  });

  it('names what it could not count', () => {
    const world = worldOf({ services: { 'billing/broken': 'a: [' } });
    expect(plan({}, world).warnings).toEqual([expect.objectContaining({ code: 'unreadable_file' })]);
  });
});

describe('is refused', () => {
  const openclaw = { image: { repository: 'a', tag: '1' }, env: { TELEGRAM_OWNER_IDS: '1' } };

  it.each([
    ['nobody to talk to', { telegram_owner_ids: [] }, 'invalid_input', 'telegram_owner_ids'],
    ['an id that is no number', { telegram_owner_ids: ['@ada'] }, 'invalid_input', 'telegram_owner_ids'],
    ['an id with a leading zero', { telegram_owner_ids: ['0123'] }, 'invalid_input', 'telegram_owner_ids'],
    [
      'too many ids',
      { telegram_owner_ids: Array.from({ length: 21 }, (_, id) => String(id + 1)) },
      'invalid_input',
      'telegram_owner_ids',
    ],
    ['a model with a blank', { default_model: 'a b' }, 'invalid_input', 'default_model'],
    ['a host below the platform’s domain', { host: 'bot.apps.example.org' }, 'platform_domain', 'host'],
    ['a host that is an address', { host: '127.0.0.1' }, 'bad_domain', 'host'],
    ['a wildcard', { host: '*.example.com' }, 'invalid_input', 'host'],
    ['a team that is not there', { team: 'nobody' }, 'team_not_found', 'team'],
    ['a reserved name', { service: 'openclaw-skills' }, 'reserved_name', 'service'],
  ])('%s', (_, raw, code, field) => {
    expect(refused(raw)).toMatchObject({ code, field });
  });

  it('where it is deployed, or another service has its name', () => {
    const services = { 'billing/openclaw': openclaw, 'billing/api': { image: { repository: 'a', tag: '1' } } };
    expect(refused({}, worldOf({ services }))).toMatchObject({
      kind: 'Conflict',
      code: 'service_exists',
      message: expect.stringContaining('is deployed as billing/openclaw already'),
    });
    expect(refused({ service: 'api' }, worldOf({ services }))).toMatchObject({
      code: 'service_exists',
      message: expect.stringContaining('no OpenClaw'),
    });
  });

  it('where the platform has no image for it that it allows', () => {
    expect(refused({}, worldOf({ platform: { imageRegistries: ['registry.example.org'] } }))).toMatchObject({
      kind: 'Conflict',
      code: 'registry_not_allowed',
      allowed: ['registry.example.org'],
    });
    const template = (text: string) => worldOf({ files: { 'templates/services/openclaw.yaml': text } });
    expect(refused({}, template('type: web\n'))).toMatchObject({ code: 'template_without_image' });
    expect(refused({}, template('a: [\n'))).toMatchObject({ code: 'unsafe_edit' });
  });
});
