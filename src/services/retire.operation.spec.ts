import { planOf, refusalOf } from '../../test/factories/plan';
import { aWorld } from '../../test/factories/world';
import { retireService } from './retire.operation';

const API = `image: {repository: r, tag: "1"}
ingress: {enabled: true, hosts: [billing-api.apps.example.org, pay.example.com]}
externalSecret:
  data: [{secretKey: STRIPE_KEY, remoteKey: teams/billing/api, property: STRIPE_KEY}]
dbSecret: {vaultPath: teams/billing/api/database}
`;

const world = aWorld({
  tenants: { billing: {}, other: {} },
  services: {
    'billing/api': API,
    'billing/api-x': { image: {} },
    'billing/broken': 'a: [',
    'other/api': { image: {} },
  },
  files: {
    'services/billing/api/catalog-info.yaml': 'kind: Component\n',
    'services/billing/api/notes/why.md': 'because\n',
    'previews/billing/api-a1b2c3/values.yaml': 'image: {}\n',
    'previews/billing/api-x-a1b2c3/values.yaml': 'image: {}\n',
    'previews/billing/api-toolong7/values.yaml': 'image: {}\n',
    'previews/other/api-a1b2c3/values.yaml': 'image: {}\n',
    'domains/pay.example.com.yaml': 'team: billing\nservice: api\n',
    'domains/x.example.com.yaml': 'team: billing\nservice: api-x\n',
    'domains/other.example.com.yaml': 'team: other\nservice: api\n# billing had it before\n',
    'domains/broken.example.com.yaml': 'team: billing\nservice: [api\n',
  },
});

const plan = (raw: object = {}) => planOf(retireService, world, { team: 'billing', service: 'api', ...raw });

it('deletes every file of the service, its previews and its domains, and of nothing else', () => {
  const made = plan();
  expect(made.changes).toEqual(
    [
      'services/billing/api/catalog-info.yaml',
      'services/billing/api/notes/why.md',
      'services/billing/api/values.yaml',
      'previews/billing/api-a1b2c3/values.yaml',
      'domains/pay.example.com.yaml',
    ].map((path) => ({ path: `platform-gitops/${path}` })),
  );
  expect(made.subject).toBe('retire(billing/api)');
  expect(made.summary).toBe(
    'billing/api goes, with 1 argocd application, 2 hosts, 1 secret reference, 1 preview, 1 domain.',
  );
});

it('lists what a person should know before', () => {
  const made = plan();
  expect(made.destroys).toEqual([
    { kind: 'service', name: 'billing/api' },
    { kind: 'argocd_application', name: 'billing-api' },
    { kind: 'host', name: 'billing-api.apps.example.org' },
    { kind: 'host', name: 'pay.example.com' },
    { kind: 'secret_reference', name: 'STRIPE_KEY' },
    { kind: 'preview', name: 'api-a1b2c3' },
    { kind: 'domain', name: 'pay.example.com' },
  ]);
  expect(made.warnings).toMatchObject([
    { code: 'unreadable_file', message: '1 domain file that may belong to this service cannot be read and stay.' },
    { code: 'database_kept' },
    { code: 'secret_values_kept', message: expect.stringContaining('teams/billing/api') },
  ]);
  expect(made.answer).toEqual({
    application: 'billing-api',
    hosts: ['billing-api.apps.example.org', 'pay.example.com'],
    secret_names: ['STRIPE_KEY'],
  });
});

describe('values of secrets', () => {
  const stored = [{ name: 'STRIPE_KEY', version: 2, updated_at: '2026-01-01T00:00:00.000Z' }];
  const withValues = (raw: object = {}) =>
    planOf(retireService, world, { team: 'billing', service: 'api', ...raw }, { stored });

  it('go with the service, and the plan names them', () => {
    expect(withValues().destroys).toContainEqual({ kind: 'secret_value', name: 'STRIPE_KEY' });
    expect(withValues().warnings).not.toContainEqual(expect.objectContaining({ code: 'secret_values_kept' }));
  });

  it('stay where the call says so, and then the plan says so', () => {
    const kept = withValues({ delete_secrets: false });
    expect(kept.destroys).not.toContainEqual(expect.objectContaining({ kind: 'secret_value' }));
    expect(kept.destroys).toContainEqual({ kind: 'secret_reference', name: 'STRIPE_KEY' });
    expect(kept.warnings).toContainEqual({
      code: 'secret_values_kept',
      message: 'Values of STRIPE_KEY stay with MCTL and are used again by a service of this name.',
    });
  });

  it('that were not entered through MCTL are out of its reach, which the plan says either way', () => {
    for (const delete_secrets of [true, false]) {
      expect(plan({ delete_secrets }).warnings).toContainEqual({
        code: 'secret_values_kept',
        message: expect.stringMatching(
          /STRIPE_KEY were not entered through MCTL; what is at teams\/billing\/api .* stays/,
        ),
      });
    }
  });
});

it('can retire a service whose file is broken, and says what it cannot list', () => {
  const made = plan({ service: 'broken' });
  expect(made.changes).toEqual([{ path: 'platform-gitops/services/billing/broken/values.yaml' }]);
  expect(made.warnings).toMatchObject([{ code: 'unreadable_file' }]);
});

it('refuses a service that does not exist', () => {
  expect(refusalOf(() => plan({ service: 'apj' }))).toMatchObject({
    kind: 'NotFound',
    code: 'service_not_found',
    allowed: ['api'],
  });
});

describe('an onboarding', () => {
  const path = 'platform-gitops/services/billing/claw.onboarding.yaml';
  const started = world.with([{ path, content: 'onboarding: {}\n' }]);

  it('takes the values along that were entered for it, unless they are to stay', () => {
    const facts = { stored: [{ name: 'TELEGRAM_BOT_TOKEN', version: 1, updated_at: '2026-01-01T00:00:00Z' }] };
    const destroys = (raw: object) =>
      planOf(retireService, started, { team: 'billing', service: 'claw', ...raw }, facts).destroys.map(
        ({ kind }) => kind,
      );
    expect(destroys({})).toEqual(['onboarding', 'secret_value']);
    expect(destroys({ delete_secrets: false })).toEqual(['onboarding']);
  });

  it('ends where no service was made of it yet', () => {
    expect(planOf(retireService, started, { team: 'billing', service: 'claw' })).toMatchObject({
      changes: [{ path }],
      destroys: [{ kind: 'onboarding', name: 'billing/claw' }],
      subject: 'retire(billing/claw): onboarding',
    });
    expect(refusalOf(() => planOf(retireService, started, { team: 'billing', service: 'cla' }))).toMatchObject({
      code: 'service_not_found',
    });
  });

  it('goes with a service that came about otherwise', () => {
    const both = started.with([{ path: 'platform-gitops/services/billing/claw/values.yaml', content: API }]);
    const { changes } = planOf(retireService, both, { team: 'billing', service: 'claw' });
    expect(changes.map((change) => change.path)).toContain(path);
  });
});
