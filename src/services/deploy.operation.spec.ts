import { planOf, refusalOf, textOfPlan } from '../../test/factories/plan';
import { COMMENTED } from '../../test/factories/service-file';
import { aWorld, type WorldParts } from '../../test/factories/world';
import { parseYaml } from '../platform/gitops/yaml';
import { jsonSchemaOf } from '../platform/schema';
import { deployService } from './deploy.operation';
import { DeployServiceInput } from './operations.dto';

const TARGET = { team: 'billing', service: 'payment-api' };

const known = (parts: WorldParts = {}) => aWorld({ services: { 'billing/payment-api': COMMENTED }, ...parts });
const plan = (raw: object, world = known()) => planOf(deployService, world, { ...TARGET, ...raw });
const refused = (raw: object, world = known()) => refusalOf(() => plan(raw, world));

describe('deploy', () => {
  it('changes the tag, and containers of the same image with it; every other byte stays', () => {
    const made = plan({ action: 'deploy', image_tag: '1.2.4' });
    expect(textOfPlan(made)).toBe(
      COMMENTED.replace('tag: 1.2.3  #', 'tag: 1.2.4  #').replace('payment-api:1.2.3 #', 'payment-api:1.2.4 #'),
    );
    expect(made).toMatchObject({
      subject: 'deploy(billing/payment-api): 1.2.4',
      summary: 'billing/payment-api goes from 1.2.3 to 1.2.4, and with it the containers migrate of the same image.',
      answer: {
        changed: [
          { key: 'image.tag', from: '1.2.3', to: '1.2.4' },
          {
            key: 'initContainers[0].image',
            from: 'ghcr.io/acme/payment-api:1.2.3',
            to: 'ghcr.io/acme/payment-api:1.2.4',
          },
        ],
        image: 'ghcr.io/acme/payment-api:1.2.4',
      },
    });
    expect(made.nextActions).toContainEqual(
      expect.objectContaining({ tool: 'mctl_rollback_service', arguments: { ...TARGET, target_tag: '1.2.3' } }),
    );
  });

  it('applies settings of the same call', () => {
    const made = plan({ action: 'deploy', image_tag: '1.2.4', env: { LOG_LEVEL: 'warn' }, port: 3001 });
    expect(made.answer.changed).toEqual([
      { key: 'image.tag', from: '1.2.3', to: '1.2.4' },
      { key: 'service.port', from: '3000', to: '3001' },
      { key: 'env.LOG_LEVEL', from: 'info', to: 'warn' },
      { key: 'initContainers[0].image', from: 'ghcr.io/acme/payment-api:1.2.3', to: 'ghcr.io/acme/payment-api:1.2.4' },
    ]);
  });

  it('says of a tag that is there that it is there, and what else the call changes', () => {
    const again = plan({ action: 'deploy', image_tag: '1.2.3', port: 3001 });
    expect(again.summary).toBe('billing/payment-api is at 1.2.3 already. Also: port 3001.');
    const digest = `sha256:${'a'.repeat(64)}`;
    const pinned = COMMENTED.replace('service:\n', `  digest: ${digest}\nservice:\n`);
    const made = plan({ action: 'deploy', image_tag: '1.2.3' }, known({ services: { 'billing/payment-api': pinned } }));
    expect(made.summary).toBe('billing/payment-api goes from the digest that the file pins to 1.2.3.');
    const moved = plan({ action: 'deploy', image: 'ghcr.io/acme/pay', image_tag: '1.2.3' });
    expect(moved.summary).toMatch(/ stays at 1\.2\.3 of another image \(image ghcr\.io\/acme\/pay, before: ghcr\.io/);
  });

  it('fills in no default of a new service', () => {
    expect(textOfPlan(plan({ action: 'deploy', image_tag: '1.2.3' }))).toBe(COMMENTED);
  });

  it('can move to another image', () => {
    const made = plan({ action: 'deploy', image: 'ghcr.io/acme/pay', image_tag: '2.0.0' });
    expect(parseYaml(textOfPlan(made))).toMatchObject({
      image: { repository: 'ghcr.io/acme/pay', tag: '2.0.0' },
      initContainers: [{ image: 'ghcr.io/acme/pay:2.0.0' }, { image: 'busybox:1.36' }],
    });
  });

  it('takes a digest away that would keep the old image running', () => {
    const digest = `sha256:${'a'.repeat(64)}`;
    const pinned = known({
      services: { 'billing/payment-api': COMMENTED.replace('service:\n', `  digest: ${digest}\nservice:\n`) },
    });
    const made = plan({ action: 'deploy', image_tag: '1.2.4' }, pinned);
    expect(made.answer.changed).toContainEqual({ key: 'image.digest', from: digest, to: null });
    expect(made.warnings).toMatchObject([{ code: 'digest_removed' }]);
  });

  it.each([
    ['nothing', {}, 'InvalidInput', 'image_tag'],
    ['settings alone', { env: { A: '1' } }, 'InvalidInput', 'image_tag'],
    ['an image without tag', { image: 'ghcr.io/acme/pay' }, 'InvalidInput', 'image_tag'],
    ['a template', { image_tag: '1', template: 'openclaw' }, 'InvalidInput', 'template'],
    ['another type', { image_tag: '1', type: 'worker' }, 'InvalidInput', 'type'],
    ['source', { git_tag: 'v1' }, 'Conflict', 'git_tag'],
    ['source and image', { git_tag: 'v1', image_tag: '1' }, 'InvalidInput', 'git_tag'],
    ['a tag that is none', { image_tag: 'a b' }, 'InvalidInput', 'image_tag'],
    ['a port that is none', { image_tag: '1', port: 0 }, 'InvalidInput', 'port'],
    ['a Dockerfile outside', { image_tag: '1', dockerfile_path: '../Dockerfile' }, 'InvalidInput', 'dockerfile_path'],
  ])('refuses %s', (_, raw, kind, field) => {
    expect(refused({ action: 'deploy', ...raw })).toMatchObject({ kind, field });
  });

  it('takes the type it has as said', () => {
    expect(plan({ action: 'deploy', image_tag: '1.2.4', type: 'web' }).changes).toHaveLength(1);
  });

  it('suggests names of the same team only', () => {
    const world = known({
      tenants: { billing: {}, other: {} },
      services: { 'billing/payment-api': COMMENTED, 'other/payment-app': COMMENTED },
    });
    expect(refused({ action: 'deploy', service: 'payment-apo', image_tag: '1' }, world)).toMatchObject({
      kind: 'NotFound',
      code: 'service_not_found',
      allowed: ['payment-api'],
      fix: 'Did you mean payment-api? Or: action onboard makes a new one.',
    });
    expect(refused({ action: 'deploy', service: 'brand-new', image_tag: '1' }, world)).toMatchObject({
      fix: 'mctl_list_services lists the services of your teams, or action onboard makes a new one.',
    });
  });

  it('does not guess at a file that cannot be read or edited safely', () => {
    const broken = known({ services: { 'billing/payment-api': 'image: [' } });
    expect(refused({ action: 'deploy', image_tag: '1' }, broken)).toMatchObject({ code: 'unreadable_file' });
    const shared = known({ services: { 'billing/payment-api': 'image: &i {repository: a, tag: "1"}\nother: *i\n' } });
    expect(refused({ action: 'deploy', image_tag: '2' }, shared)).toMatchObject({
      kind: 'Conflict',
      code: 'unsafe_edit',
    });
  });
});

describe(DeployServiceInput.name, () => {
  it('publishes the contract’s defaults without filling them in', () => {
    const { properties } = jsonSchemaOf(DeployServiceInput, 'input') as {
      properties: Record<string, { default?: unknown }>;
    };
    const defaults = Object.entries(properties).flatMap(([key, { default: value }]) =>
      value === undefined ? [] : [[key, value]],
    );
    expect(Object.fromEntries(defaults)).toEqual({
      type: 'web',
      dockerfile_path: 'Dockerfile',
      port: 8080,
      health_check_path: '/healthz',
      clear_env: false,
      clear_secrets: false,
      provision_database: false,
      template: 'default',
      dry_run: false,
      wait_seconds: 0,
    });
  });
});
