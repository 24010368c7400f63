import { planOf, refusalOf, textOfPlan } from '../../test/factories/plan';
import { COMMENTED } from '../../test/factories/service-file';
import { aWorld } from '../../test/factories/world';
import { parseYaml } from '../platform/gitops/yaml';
import { deployService } from './deploy.operation';

const TARGET = { team: 'billing', service: 'payment-api' };
const NEW = { action: 'onboard', ...TARGET, image: 'ghcr.io/acme/payment-api', image_tag: '1.2.3' };

const known = () => aWorld({ services: { 'billing/payment-api': COMMENTED } });
const plan = (raw: object, world = known()) => planOf(deployService, world, { ...TARGET, ...raw });
const refused = (raw: object, world = known()) => refusalOf(() => plan(raw, world));

describe('onboard', () => {
  const world = aWorld();

  it('writes the default template with image, port, health check, host and certificate', () => {
    const made = plan(NEW, world);
    expect(textOfPlan(made)).toBe(`# Service: payment-api
# Team: billing
# A web service: what MCTL starts from when a team onboards one. Image, port, env and hosts are the service's own.
type: web
resources:
  requests:
    cpu: 200m
    memory: 256Mi
  limits:
    cpu: 500m
    memory: 512Mi
probes:
  liveness:
    path: /healthz
  readiness:
    path: /healthz
image:
  repository: ghcr.io/acme/payment-api
  tag: 1.2.3
service:
  port: 8080
ingress:
  enabled: true
  hosts:
    - billing-payment-api.apps.example.org
  annotations:
    cert-manager.io/cluster-issuer: letsencrypt-prod
  tls:
    - secretName: payment-api-tls
      hosts:
        - billing-payment-api.apps.example.org
`);
    expect(made).toMatchObject({
      subject: 'onboard(billing/payment-api): 1.2.3',
      warnings: [],
      destroys: [],
      answer: {
        url: 'https://billing-payment-api.apps.example.org',
        host: 'billing-payment-api.apps.example.org',
        image: 'ghcr.io/acme/payment-api:1.2.3',
      },
    });
    expect(made.answer.changed).toContainEqual({ key: 'image.tag', from: null, to: '1.2.3' });
    expect(made.changes.map(({ path }) => path)).toEqual(['platform-gitops/services/billing/payment-api/values.yaml']);
  });

  it('gives a worker neither host nor port, and names what it was given', () => {
    const made = plan(
      {
        ...NEW,
        type: 'worker',
        env: { QUEUE: 'invoices' },
        secret_names: ['STRIPE_KEY'],
        autoscaling: { enabled: true, min_replicas: 1, max_replicas: 3 },
      },
      world,
    );
    expect(textOfPlan(made)).toBe(`# Service: payment-api
# Team: billing
# A worker: no port, no ingress, no probe it did not ask for.
type: worker
resources:
  requests:
    cpu: 200m
    memory: 256Mi
  limits:
    cpu: 500m
    memory: 512Mi
# A worker may need its time to put down what it holds.
terminationGracePeriodSeconds: 60
image:
  repository: ghcr.io/acme/payment-api
  tag: 1.2.3
env:
  QUEUE: invoices
externalSecret:
  targetSecret: payment-api-secrets
  data:
    - secretKey: STRIPE_KEY
      remoteKey: teams/billing/payment-api
      property: STRIPE_KEY
envFrom:
  - secretRef:
      name: payment-api-secrets
autoscaling:
  enabled: true
  minReplicas: 1
  maxReplicas: 3
`);
    expect(made.answer).toMatchObject({ url: null, host: null });
    expect(made.warnings).toEqual([
      expect.objectContaining({ code: 'replicas_ignored' }),
      expect.objectContaining({ code: 'secret_values_pending', message: expect.stringContaining('STRIPE_KEY') }),
    ]);
  });

  it('takes port and health check where they are given', () => {
    const text = textOfPlan(plan({ ...NEW, port: 3000, health_check_path: '/up' }, world));
    expect(parseYaml(text)).toMatchObject({
      service: { port: 3000 },
      probes: { liveness: { path: '/up' }, readiness: { path: '/up' } },
    });
  });

  it('leaves port and probes to a template that knows them', () => {
    const roomy = aWorld({ tenants: { billing: { quotas: {} } } });
    const made = parseYaml(textOfPlan(plan({ ...NEW, template: 'openclaw' }, roomy)));
    expect(made).toMatchObject({
      service: { port: 18789 },
      probes: { readiness: { path: '/readyz' }, startup: { failureThreshold: 60 } },
    });
  });

  it('prefers the repository’s own template, and takes its type', () => {
    const own = aWorld({ files: { 'templates/services/batch.yaml': '# ours\ntype: worker # nightly\n' } });
    expect(textOfPlan(plan({ ...NEW, template: 'batch' }, own))).toBe(
      '# Service: payment-api\n# Team: billing\n# ours\ntype: worker # nightly\nimage:\n  repository: ghcr.io/acme/payment-api\n  tag: 1.2.3\n',
    );
  });

  it('keeps a template’s byte order mark first and its line endings', () => {
    const template = '\uFEFF# ours\r\ntype: worker\r\nreplicaCount: 2   # two\r\n';
    const made = plan({ ...NEW, template: 'ours' }, aWorld({ files: { 'templates/services/ours.yaml': template } }));
    expect(textOfPlan(made)).toBe(
      '\uFEFF# Service: payment-api\r\n# Team: billing\r\n# ours\r\ntype: worker\r\nreplicaCount: 2   # two\r\n' +
        'image:\r\n  repository: ghcr.io/acme/payment-api\r\n  tag: 1.2.3\r\n',
    );
  });

  it('says which templates there are', () => {
    expect(refused({ ...NEW, template: 'defualt' }, world)).toMatchObject({
      kind: 'InvalidInput',
      field: 'template',
      allowed: ['default', 'openclaw', 'worker'],
    });
  });

  it('refuses a template that cannot be read', () => {
    const broken = aWorld({ files: { 'templates/services/broken.yaml': 'a: [' } });
    expect(refused({ ...NEW, template: 'broken' }, broken)).toMatchObject({ kind: 'Conflict', code: 'unsafe_edit' });
  });

  it('refuses a service that exists, and says what to do instead', () => {
    expect(refused(NEW)).toMatchObject({
      kind: 'Conflict',
      code: 'service_exists',
      fix: expect.stringContaining('deploy'),
    });
  });

  it('refuses a team that does not exist', () => {
    expect(refused({ ...NEW, team: 'nobody' }, world)).toMatchObject({ kind: 'NotFound', code: 'team_not_found' });
  });

  it.each([
    ['nothing to run', { image: undefined, image_tag: undefined }, 'InvalidInput', 'image'],
    ['a tag without image', { image: undefined }, 'InvalidInput', 'image'],
    ['an image without tag', { image_tag: undefined }, 'InvalidInput', 'image_tag'],
    ['image and source', { repo: 'acme/api', git_tag: 'v1' }, 'InvalidInput', 'git_tag'],
    [
      'a repository without git_tag',
      { image: undefined, image_tag: undefined, repo: 'acme/api' },
      'InvalidInput',
      'git_tag',
    ],
    ['a git_tag without repository', { image: undefined, image_tag: undefined, git_tag: 'v1' }, 'InvalidInput', 'repo'],
    ['another Dockerfile beside an image', { dockerfile_path: 'app/Dockerfile' }, 'InvalidInput', 'dockerfile_path'],
  ])('refuses %s', (_, change, kind, field) => {
    expect(refused({ ...NEW, ...change }, world)).toMatchObject({ kind, field });
  });

  it('says that source needs a builder, and what works now', () => {
    const source = { action: 'onboard', repo: 'acme/api', git_tag: 'v1' };
    expect(refused(source, world)).toMatchObject({
      kind: 'Conflict',
      code: 'builder_not_configured',
      message: expect.stringContaining('MCTL_BUILDER'),
      fix: expect.stringContaining('image + image_tag'),
    });
  });

  it('shows where the builder will push before anything is built', () => {
    const platform = { builder: 'argo', buildRegistry: 'registry.example.org/apps' } as const;
    const source = { action: 'onboard', repo: 'acme/api', git_tag: 'v1' };
    const { changes, warnings } = plan(source, aWorld({ platform }));
    expect(changes[0]?.content).toContain('repository: registry.example.org/apps/billing/');
    expect(warnings).toMatchObject([{ code: 'image_not_built_yet' }]);
  });

  it('takes the Dockerfile’s default as nothing said', () => {
    expect(plan({ ...NEW, dockerfile_path: 'Dockerfile' }, world).changes).toHaveLength(1);
  });

  it.each([
    'GHCR.io/acme/api',
    'ghcr.io/acme/api:1.2',
    'ghcr.io/acme/api@sha256:aa',
    'https://ghcr.io/acme/api',
    'ghcr.io//api',
    '../api',
    'ghcr.io/acme/api ',
    '-api',
    'a..b',
  ])('refuses the image %p', (image) =>
    expect(refused({ ...NEW, image }, world)).toMatchObject({ kind: 'InvalidInput', field: 'image' }),
  );

  it.each([
    'ghcr.io/acme/payment-api',
    'localhost:5000/a',
    'registry.example.org:5000/a/b/c_d/e--f',
    'nginx',
    'library/nginx',
  ])('takes the image %s', (image) => expect(plan({ ...NEW, image }, world).changes).toHaveLength(1));

  it('S34 takes images of allowed registries only', () => {
    const strict = aWorld({ platform: { imageRegistries: ['ghcr.io/acme', 'docker.io/library/'] } });
    expect(plan(NEW, strict).changes).toHaveLength(1);
    expect(plan({ ...NEW, image: 'nginx' }, strict).changes).toHaveLength(1);
    for (const image of ['ghcr.io/acme-evil/api', 'ghcr.io/other/api', 'acme/api', 'evil.io/ghcr.io/acme/api']) {
      expect(refused({ ...NEW, image }, strict)).toMatchObject({
        code: 'registry_not_allowed',
        field: 'image',
        allowed: ['ghcr.io/acme', 'docker.io/library/'],
      });
    }
  });

  it('refuses a name that another team’s service makes already, and names nobody', () => {
    const taken = aWorld({
      tenants: { a: {}, 'a-b': {} },
      services: { 'a/b-c': { image: { repository: 'x', tag: '1' } } },
    });
    const refusal = refused({ ...NEW, team: 'a-b', service: 'c' }, taken);
    expect(refusal).toMatchObject({ kind: 'Conflict', code: 'name_clash', field: 'service' });
    expect(JSON.stringify(refusal)).not.toContain('a/b-c');
    expect(plan({ ...NEW, team: 'a', service: 'c' }, taken).changes).toHaveLength(1);
  });

  it('refuses a name that a preview has already: they would share one host', () => {
    const files = { 'previews/a/b-c-a1b2c3/values.yaml': 'image: {}\n' };
    const taken = aWorld({ tenants: { a: {}, 'a-b': {} }, files });
    for (const [team, service] of [
      ['a', 'b-c-a1b2c3'],
      ['a-b', 'c-a1b2c3'],
    ]) {
      expect(refused({ ...NEW, team, service }, taken)).toMatchObject({ code: 'name_clash', field: 'service' });
    }
    expect(plan({ ...NEW, team: 'a', service: 'b-c-a1b2c4' }, taken).changes).toHaveLength(1);
  });

  it.each([
    ['billing', 'openclaw-skills'],
    ['tenant', 'billing'],
    ['tenant-a', 'b'],
    ['preview', 'x'],
  ])('refuses the reserved name %s/%s', (team, service) => {
    const tenants = { billing: {}, tenant: {}, 'tenant-a': {}, preview: {} };
    expect(refused({ ...NEW, team, service }, aWorld({ tenants }))).toMatchObject({
      kind: 'InvalidInput',
      code: 'reserved_name',
    });
  });

  it('provisions a database with it', () => {
    const made = plan({ ...NEW, provision_database: true }, world);
    expect(made.changes.map(({ path }) => path)).toEqual([
      expect.stringMatching(/services\/billing\/[a-z-]+\/values\.yaml$/),
      expect.stringMatching(/databases\/billing\/[a-z-]+\.yaml$/),
    ]);
    expect(parseYaml(made.changes[0]?.content ?? '')).toMatchObject({
      dbSecret: { vaultPath: `teams/billing/${NEW.service}/database` },
    });
    expect(made.answer).toMatchObject({
      database: { database: `billing_${NEW.service}` },
      changed: expect.arrayContaining([expect.objectContaining({ key: 'dbSecret.vaultPath' })]),
    });
    expect(made.summary).toContain(`It gets the database billing_${NEW.service}`);
  });

  it('warns of the tag latest', () => {
    expect(plan({ ...NEW, image_tag: 'latest' }, world).warnings).toMatchObject([{ code: 'mutable_tag' }]);
  });

  it.each(['1.10', '1e3', '0123', 'on', '2026-01-01'])('keeps the tag %s a text', (image_tag) => {
    expect(parseYaml(textOfPlan(plan({ ...NEW, image_tag }, world)))).toMatchObject({ image: { tag: image_tag } });
  });
});
