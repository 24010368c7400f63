import { COMMENTED } from '../../test/factories/service-file';
import { NOW, planOf, refusalOf, textOfPlan } from '../../test/factories/plan';
import { aWorld, type WorldParts } from '../../test/factories/world';
import { planDigest } from '../platform/operations/plan';
import { createPreview } from './create-preview.operation';

const API = `# Service: api
image: {repository: ghcr.io/acme/api, tag: "1.0.0"}
replicaCount: 3 # since the sale
ingress:
  enabled: true
  hosts:
    - billing-api.apps.example.org
    - pay.example.com # since 2025
externalSecret:
  targetSecret: api-secrets
  data:
    - secretKey: STRIPE_KEY # rotated in May
      remoteKey: teams/billing/api
      property: STRIPE_KEY
envFrom:
  - secretRef: {name: api-secrets}
`;
const SMALL = { image: { repository: 'ghcr.io/acme/api', tag: '1' } };

const worldOf = (parts: WorldParts = {}) =>
  aWorld({ tenants: { billing: {}, other: {} }, ...parts, services: { 'billing/api': API, ...parts.services } });
const world = worldOf();
const input = { team: 'billing', service: 'api', image_tag: '2.0.0' };
type Said = NonNullable<Parameters<typeof planOf>[4]>;
const plan = (raw: object = {}, over = world, said: Said = {}) =>
  planOf(createPreview, over, { ...input, ...raw }, undefined, said);
const refused = (raw: object, over = world) => refusalOf(() => plan(raw, over));

it('writes one file: the service’s values with an image, a host, paths and a time of its own, comments kept', () => {
  const made = plan();
  const id = String(made.answer.preview_id);
  const host = `billing-api-${id}.apps.example.org`;
  expect(id).toMatch(/^[a-z0-9]{6}$/);
  expect(made.changes.map(({ path }) => path)).toEqual([`platform-gitops/previews/billing/api-${id}/values.yaml`]);
  expect(textOfPlan(made)).toBe(`# Preview ${id} of billing/api: a copy of its values, made by MCTL.
# Service: api
image: {repository: ghcr.io/acme/api, tag: "2.0.0"}
replicaCount: 1 # since the sale
ingress:
  enabled: true
  hosts:
    - ${host}
  annotations:
    cert-manager.io/cluster-issuer: letsencrypt-prod
  tls:
    - secretName: api-${id}-tls
      hosts:
        - ${host}
externalSecret:
  targetSecret: api-secrets-${id}
  data:
    - secretKey: STRIPE_KEY # rotated in May
      remoteKey: teams/billing/api/preview
      property: STRIPE_KEY
envFrom:
  - secretRef: {name: api-secrets-${id}}
mctl:
  team: billing
  service: api
  preview: ${/^\d+(e\d+)?$/.test(id) ? `"${id}"` : id}
preview:
  createdAt: "2026-03-01T12:00:00.000Z"
  expiresAt: "2026-03-02T12:00:00.000Z"
  requestedBy: ada
`);
  expect(made.subject).toBe(`preview(billing/api): 2.0.0 as ${id}`);
  expect(made.answer).toEqual({
    preview_id: id,
    url: `https://${host}`,
    expires_at: '2026-03-02T12:00:00.000Z',
    namespace: 'billing-preview',
    image: 'ghcr.io/acme/api:2.0.0',
  });
  expect(made.warnings.map(({ code }) => code)).toEqual(['preview_secrets']);
});

it('keeps the comments of a file as people write them, and moves the containers of the same image', () => {
  const over = worldOf({ services: { 'billing/payment-api': COMMENTED } });
  const text = textOfPlan(plan({ service: 'payment-api', image_tag: '9' }, over));
  expect(text).toContain(
    "GREETING: 'it''s fine'\n\ninitContainers:\n  - name: migrate\n    image: ghcr.io/acme/payment-api:9 # same image\n",
  );
  expect(text).toContain('tag: "9"  # bumped by hand, see #412\n');
  expect(plan({ service: 'payment-api' }, over).answer.url).toBeNull();
});

it('is the same plan however often it is made, and another one for another call', () => {
  const digest = (raw: object = {}, said?: Said) => planDigest(plan(raw, world, said), world);
  expect(digest()).toBe(digest());
  const ids = [
    plan(),
    plan({}, world, { now: new Date(NOW.getTime() + 1) }),
    plan({}, world, { actor: { login: 'bob', isAdmin: false } }),
    plan({ image_tag: '2.0.1' }),
    plan({}, world, { actor: { login: 'ada', isAdmin: false, via: { door: 'rest', requestId: 'another' } } }),
  ].map(({ answer }) => answer.preview_id);
  expect(new Set(ids).size).toBe(ids.length);
});

it('takes the next id where the first is taken: by a preview, by a service, or by a name that is joined elsewhere', () => {
  const first = String(plan().answer.preview_id);
  const taken: WorldParts[] = [
    { files: { [`previews/billing/api-${first}/values.yaml`]: 'image: {}\n' } },
    { files: { [`previews/billing/api-${first}/broken`]: '' } },
    { services: { [`billing/api-${first}`]: SMALL } },
    { services: { [`billing-api/${first}`]: SMALL } },
  ];
  for (const parts of taken) {
    const next = plan({}, worldOf(parts)).answer.preview_id;
    expect(next).toMatch(/^[a-z0-9]{6}$/);
    expect(next).not.toBe(first);
  }
});

it('lives for as long as was asked', () => {
  expect(plan({ ttl_hours: 1 }).answer.expires_at).toBe('2026-03-01T13:00:00.000Z');
  expect(plan({ ttl_hours: '168' }).answer.expires_at).toBe('2026-03-08T12:00:00.000Z');
  for (const hours of [0, 169, 1.5]) expect(refused({ ttl_hours: hours })).toMatchObject({ field: 'ttl_hours' });
});

it('has its host under the domain of previews where there is one', () => {
  const over = worldOf({ platform: { previewDomain: 'preview.example.net' } });
  const { answer } = plan({}, over);
  expect(answer.url).toBe(`https://billing-api-${String(answer.preview_id)}.preview.example.net`);
});

it.each<[string, object, object]>([
  ['nothing to run', { image_tag: '' }, { kind: 'InvalidInput', field: 'image_tag' }],
  ['a ref without its repository', { image_tag: '', git_ref: 'main' }, { kind: 'InvalidInput', field: 'repo' }],
  ['a repository without a ref', { image_tag: '', repo: 'acme/api' }, { kind: 'InvalidInput', field: 'git_ref' }],
  ['image and source at once', { git_ref: 'main', repo: 'acme/api' }, { kind: 'InvalidInput', field: 'git_ref' }],
  [
    'source, for nothing builds',
    { image_tag: '', git_ref: 'main', repo: 'acme/api' },
    { kind: 'Conflict', code: 'builder_not_configured' },
  ],
  [
    'a service that does not exist',
    { service: 'apj' },
    { kind: 'NotFound', code: 'service_not_found', allowed: ['api'] },
  ],
  ['a team that does not exist', { team: 'nobody' }, { kind: 'NotFound', code: 'team_not_found' }],
])('refuses %s', (_, raw, expected) => {
  expect(refused(raw)).toMatchObject(expected);
});

it('refuses, before anything is built, source whose image the service does not run', () => {
  const platform = { builder: 'argo', buildRegistry: 'registry.example.org/apps' } as const;
  const over = worldOf({ platform });
  const source = { image_tag: '', git_ref: 'main', repo: 'acme/api' };
  expect(refused(source, over)).toMatchObject({ code: 'other_image', got: 'registry.example.org/apps/billing/api' });
  const image = 'image: { repository: registry.example.org/apps/billing/api, tag: v1 }\n';
  const same = worldOf({ platform, services: { 'billing/api': API.replace(/^image:.*\n(?: .*\n)*/m, image) } });
  expect(plan(source, same).answer.image).toContain('registry.example.org/apps/billing/api');
});

it('refuses what could reach production, and names the file and the key', () => {
  const over = worldOf({ services: { 'billing/api': `${API}persistence: {data: {size: 1Gi}}\n` } });
  expect(refused({}, over)).toMatchObject({
    code: 'preview_unsafe',
    field: 'persistence.data',
    fix: expect.stringContaining('platform-gitops/services/billing/api/values.yaml'),
  });
});

it('refuses values that the chart would not take, as for the service itself', () => {
  const over = worldOf({ services: { 'billing/api': `${API}metrics: {enabled: maybe}\n` } });
  expect(refused({}, over)).toMatchObject({
    code: 'schema_violation',
    field: expect.stringContaining('/metrics/enabled'),
  });
});

it('refuses names that make no host', () => {
  const [team, service] = ['t'.repeat(31), 's'.repeat(25)];
  const over = aWorld({
    tenants: { [team]: {} },
    services: { [`${team}/${service}`]: SMALL, [`${team}/${service.slice(2)}`]: SMALL },
  });
  expect(refused({ team, service }, over)).toMatchObject({
    code: 'name_too_long',
    message: expect.stringContaining('64'),
  });
  const longest = plan({ team, service: service.slice(2) }, over);
  expect(longest.changes).toHaveLength(1);
});

it('refuses a team without previews, a service without an image, and a file whose edit would reach further', () => {
  const off = worldOf({ tenants: { billing: { preview: { enabled: false } } } });
  expect(refused({}, off)).toMatchObject({
    code: 'previews_disabled',
    fix: expect.stringContaining('tenant.preview.enabled'),
  });
  const empty = worldOf({ services: { 'billing/api': 'image: {tag: "1"}\n' } });
  expect(refused({}, empty)).toMatchObject({ code: 'no_image' });
  const anchored = worldOf({ services: { 'billing/api': `x: &e {A: b}\nenv: *e\n${API}` } });
  expect(refused({}, anchored)).toMatchObject({ code: 'unsafe_edit' });
});

describe('room', () => {
  const preview = (resources: object) =>
    JSON.stringify({ ...SMALL, resources, preview: { expiresAt: '2026-03-01T18:00:00Z' } });
  const files = {
    'previews/billing/api-aaaaaa/values.yaml': preview({ requests: { cpu: '800m' } }),
    'previews/billing/api-bbbbbb/values.yaml': 'image: [',
  };

  it('is counted against the quota of the preview namespace, not that of production', () => {
    const services = { 'billing/huge': { ...SMALL, replicaCount: 50 } };
    expect(plan({}, worldOf({ services })).changes).toHaveLength(1);
    const quotas = { 'requests.cpu': '850m' };
    const tight = worldOf({ files, tenants: { billing: { preview: { quotas } } } });
    expect(refused({}, tight)).toMatchObject({
      code: 'quota_exceeded',
      message: expect.stringContaining('billing-preview'),
      fix: expect.stringContaining('mctl_delete_preview'),
      details: { 'requests.cpu': { needed: '100m', used: '800m', hard: '850m' } },
    });
  });

  it('has the chart’s quota where the tenant’s file names none, and says what could not be counted', () => {
    expect(plan({}, worldOf({ files })).warnings).toContainEqual({
      code: 'quota_uncertain',
      message: expect.stringContaining('1 service file'),
    });
    const full = { ...files, 'previews/billing/api-cccccc/values.yaml': preview({ requests: { cpu: '150m' } }) };
    expect(refused({}, worldOf({ files: full }))).toMatchObject({ details: { 'requests.cpu': { hard: '1' } } });
  });

  it('ends at so many previews, broken ones included, and says which goes first', () => {
    const over = worldOf({ files, platform: { previewsPerTeam: 2 } });
    expect(refused({}, over)).toMatchObject({
      code: 'preview_limit',
      details: { previews: ['api-aaaaaa', 'api-bbbbbb'], limit: 2 },
      fix: expect.stringContaining('api-aaaaaa expires at 2026-03-01T18:00:00.000Z'),
    });
    expect(plan({}, worldOf({ files, platform: { previewsPerTeam: 3 } })).changes).toHaveLength(1);
  });
});
