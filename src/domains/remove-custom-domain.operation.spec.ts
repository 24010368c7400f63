import { NOW, planOf, refusalOf } from '../../test/factories/plan';
import { aWorld } from '../../test/factories/world';
import type { World } from '../platform/gitops';
import { parseYaml } from '../platform/gitops/yaml';
import { removeCustomDomain } from './remove-custom-domain.operation';

const HOST = 'shop.example.com';
const INPUT = { team: 'billing', service: 'api', domain: HOST };
const PATHS = {
  domain: `platform-gitops/domains/${HOST}.yaml`,
  service: 'platform-gitops/services/billing/api/values.yaml',
};
const REGISTRATION = `team: billing\nservice: api\nstatus: active\nchallenge: ${'a'.repeat(64)}\n`;
const PENDING = REGISTRATION.replace('active', 'pending') + 'expiresAt: "2026-03-01T12:00:00.000Z"\n';
const WEEK_MS = 7 * 86_400_000;
const CREATED = new Date('2026-02-20T12:00:00.000Z');
const WITHOUT_MOMENT = `${REGISTRATION.replace('active', 'pending')}createdAt: "${CREATED.toISOString()}"\n`;
const PLAIN = `# The API.
type: web
image: {repository: ghcr.io/acme/x, tag: "1"}
ingress:
  enabled: true
  hosts:
    - billing-api.apps.example.org # generated
  tls:
    # the platform’s own
    - secretName: api-tls
      hosts: [billing-api.apps.example.org]
replicaCount: 2 # two
`;
const ROUTED = PLAIN.replace('# generated\n', `# generated\n    - ${HOST}\n`).replace(
  '      hosts: [billing-api.apps.example.org]\n',
  `      hosts: [billing-api.apps.example.org]\n    - secretName: ${HOST}-tls\n      hosts:\n        - ${HOST}\n`,
);

const world = (service = ROUTED, registration: string | null = REGISTRATION): World =>
  aWorld({
    services: { 'billing/api': service },
    files: registration === null ? {} : { [`domains/${HOST}.yaml`]: registration },
  });
const plan = (at = world(), input: object = {}) => planOf(removeCustomDomain, at, { ...INPUT, ...input });
const serviceAfter = (at: World) => at.with(plan(at).changes).text(PATHS.service);
const codes = (at: World) => plan(at).warnings.map(({ code }) => code);
const refused = (at = world(), input: object = {}) => refusalOf(() => plan(at, input));

describe('remove-custom-domain', () => {
  it('takes registration, route and certificate away, and no other byte', () => {
    expect(plan().changes.map(({ path }) => path)).toEqual([PATHS.domain, PATHS.service]);
    expect(serviceAfter(world())).toBe(PLAIN);
    expect(plan().destroys).toEqual([
      { kind: 'domain', name: HOST },
      { kind: 'host', name: HOST },
    ]);
    expect(codes(world())).toEqual(['dns_left']);
  });

  it('takes only the registration of what was never routed', () => {
    const { changes, destroys, warnings } = plan(world(PLAIN, PENDING));
    expect([changes, destroys, warnings]).toEqual([[{ path: PATHS.domain }], [{ kind: 'domain', name: HOST }], []]);
  });

  it('takes a host away that somebody wrote by hand', () => {
    expect(plan(world(ROUTED, null)).changes.map(({ path }) => path)).toEqual([PATHS.service]);
  });

  it('takes the host out of a certificate that it shares', () => {
    const shared = ROUTED.replace(
      `      hosts:\n        - ${HOST}\n`,
      `      hosts:\n        - ${HOST}\n        - other.example.com\n`,
    );
    expect((parseYaml(serviceAfter(world(shared))!) as any).ingress.tls[1].hosts).toEqual(['other.example.com']);
  });

  it('finds the host in every form that a file may have', () => {
    const head = 'type: web\nimage: {repository: r, tag: "1"}\n';
    const ingress = (text: string) => (parseYaml(serviceAfter(world(`${head}ingress: ${text}\n`))!) as any).ingress;
    expect(ingress(`{enabled: true, host: ${HOST}, hosts: [a.example.org]}`)).toEqual({
      enabled: true,
      hosts: ['a.example.org'],
    });
    expect(ingress(`{enabled: true, host: [a.example.org, Shop.Example.com]}`)).toEqual({
      enabled: true,
      host: ['a.example.org'],
    });
    expect(ingress(`{enabled: true, hosts: [${HOST}, a.example.org, ${HOST}]}`)).toEqual({
      enabled: true,
      hosts: ['a.example.org'],
    });
  });

  it('switches an ingress off whose only host goes, and says so', () => {
    const alone = world(`type: web\nimage: {repository: r, tag: "1"}\ningress: {enabled: true, hosts: [${HOST}]}\n`);
    expect((parseYaml(serviceAfter(alone)!) as any).ingress).toMatchObject({ enabled: false, hosts: [] });
    expect(codes(alone)).toContain('last_host');
  });

  it('leaves further ingresses alone, and says so', () => {
    const further = world(`${ROUTED}extraIngresses: [{name: x, hosts: [${HOST}]}]\n`);
    expect(serviceAfter(further)).toContain(`extraIngresses: [{name: x, hosts: [${HOST}]}]`);
    expect(codes(further)).toContain('other_ingress');
  });

  it('takes the registration of a service that is gone', () => {
    const gone = world().with([{ path: PATHS.service }]);
    expect(plan(gone).changes).toEqual([{ path: PATHS.domain }]);
  });

  it('does not remove the generated host', () => {
    expect(refused(world(), { domain: 'billing-api.apps.example.org' }).code).toBe('generated_domain');
  });

  it('knows no host of another team or service, and names the nearest of its own', () => {
    const foreign = world(PLAIN, REGISTRATION.replace('billing', 'shop'));
    expect(refused(foreign)).toMatchObject({ kind: 'NotFound', code: 'domain_not_found', allowed: [] });
    expect(refused(world(PLAIN, REGISTRATION.replace('api', 'web'))).code).toBe('domain_not_found');
    expect(refused(world(), { domain: 'shep.example.com' })).toMatchObject({
      code: 'domain_not_found',
      allowed: [HOST],
    });
    expect(refused(world(), { service: 'apj' }).code).toBe('service_not_found');
  });

  describe('in MCTL’s own name', () => {
    const system = { login: 'system:domain-sweeper', isAdmin: true, method: 'system' as const };
    const bySystem = (at: World, now = NOW) => planOf(removeCustomDomain, at, INPUT, undefined, { actor: system, now });

    it('removes what says no moment a week after it was made', () => {
      expect(bySystem(world(PLAIN, WITHOUT_MOMENT), new Date(CREATED.getTime() + WEEK_MS)).changes).toHaveLength(1);
    });

    it('removes what has expired, and no route that somebody wrote by hand', () => {
      expect(bySystem(world(ROUTED, PENDING)).changes).toEqual([{ path: PATHS.domain }]);
      expect(bySystem(world(PLAIN, PENDING.replace('pending', 'failed'))).changes).toHaveLength(1);
    });

    it.each([
      ['has a moment left', PENDING, new Date(NOW.getTime() - 1)],
      ['says no moment and is younger than a week', WITHOUT_MOMENT, new Date(CREATED.getTime() + WEEK_MS - 1)],
      ['is active', PENDING.replace('pending', 'active'), NOW],
      ['is verified', PENDING.replace('pending', 'verified'), NOW],
    ])('leaves alone what %s', (_, registration, now) => {
      expect(refusalOf(() => bySystem(world(PLAIN, registration), now)).code).toBe('not_expired');
    });
  });
});
