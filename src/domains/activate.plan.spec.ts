import { NOW, refusalOf } from '../../test/factories/plan';
import { aWorld } from '../../test/factories/world';
import { ManifestSchemas, type World } from '../platform/gitops';
import { parseYaml } from '../platform/gitops/yaml';
import { addCustomDomain } from './add-custom-domain.operation';
import type { FoundProof } from './found-proof';

const HOST = 'shop.example.com';
const CHALLENGE = 'a'.repeat(64);
const INPUT = { team: 'billing', service: 'api', domain: HOST };
const PROOF: FoundProof = { challenge: CHALLENGE, method: 'txt', record: 'the record', at: '2026-03-02T08:00:00.000Z' };
const REGISTRATION = `# mine
host: ${HOST}
team: billing # us
service: api
status: pending
challenge: ${CHALLENGE}
expiresAt: "2026-03-07T12:00:00.000Z"
requestedBy: ada
`;
const SERVICE = `# The API.
type: web
image: {repository: ghcr.io/acme/x, tag: "1"}
ingress:
  enabled: true
  hosts:
    - billing-api.apps.example.org # generated
  annotations:
    cert-manager.io/cluster-issuer: letsencrypt-prod
  tls:
    # the platform’s own
    - secretName: api-tls
      hosts: [billing-api.apps.example.org]
replicaCount: 2 # two
`;

const world = (service = SERVICE, registration = REGISTRATION, others: Record<string, string> = {}): World =>
  aWorld({ services: { 'billing/api': service, ...others }, files: { [`domains/${HOST}.yaml`]: registration } });
const plan = (at = world(), ...[done]: [done?: unknown]) => planWith(at, done ?? PROOF);
const planWith = (at: World, done: unknown) => {
  const context = {
    actor: { login: 'ada', isAdmin: false },
    input: INPUT,
    world: at,
    facts: undefined,
    now: NOW,
    done,
  };
  const made = addCustomDomain.continuation!.plan(context as never);
  new ManifestSchemas().check(made.changes, at);
  return made;
};
const textAt = (at: World, path: string) => at.with(plan(at).changes).text(`platform-gitops/${path}`);
const serviceAfter = (at = world()) => textAt(at, 'services/billing/api/values.yaml')!;
const ingressAfter = (service: string) => (parseYaml(serviceAfter(world(service))) as any).ingress;
const refused = (at: World, done: unknown = PROOF) => refusalOf(() => plan(at, done)).code;

describe('the second commit of add-custom-domain', () => {
  it('adds route and certificate, and changes no other byte of the service’s file', () => {
    expect(serviceAfter()).toBe(
      SERVICE.replace('# generated\n', `# generated\n    - ${HOST}\n`).replace(
        '      hosts: [billing-api.apps.example.org]\n',
        `      hosts: [billing-api.apps.example.org]\n    - secretName: ${HOST}-tls\n      hosts:\n        - ${HOST}\n`,
      ),
    );
  });

  it('makes the registration active, for good, with its proof', () => {
    const text = textAt(world(), `domains/${HOST}.yaml`);
    expect(text).toContain('# mine\n');
    expect(text).toContain('team: billing # us\n');
    expect(parseYaml(text!)).toEqual({
      ...{ host: HOST, team: 'billing', service: 'api', status: 'active', challenge: CHALLENGE, requestedBy: 'ada' },
      proof: { method: 'txt', at: PROOF.at },
    });
  });

  it('answers which proof was found and when, and that of the certificate nothing is known', () => {
    expect(plan().answer).toMatchObject({
      status: 'active',
      expires_at: null,
      proof: { method: 'txt', record: 'the record', at: PROOF.at },
      certificate: { ready: null, expires_at: null, reason: expect.stringContaining('letsencrypt-prod') },
    });
  });

  it('is the same when it is planned again, and empty once it is made', () => {
    expect(plan()).toEqual(plan());
    const after = world().with(plan().changes);
    expect(
      after
        .with(plan(after, { ...PROOF, at: '2026-04-01T00:00:00.000Z' }).changes)
        .text(`platform-gitops/domains/${HOST}.yaml`),
    ).toBe(after.text(`platform-gitops/domains/${HOST}.yaml`));
    expect(serviceAfter(after)).toBe(after.text('platform-gitops/services/billing/api/values.yaml'));
  });

  describe('in a file that', () => {
    const head = 'type: web\nimage: {repository: r, tag: "1"}\n';

    it('leaves the certificate to the chart keeps one for the other hosts', () => {
      expect(ingressAfter(`${head}ingress: {enabled: true, hosts: [a.example.org]}\n`)).toEqual({
        enabled: true,
        hosts: ['a.example.org', HOST],
        tls: [
          { secretName: 'billing-api-tls', hosts: ['a.example.org'] },
          { secretName: `${HOST}-tls`, hosts: [HOST] },
        ],
      });
    });

    it('names one host alone gets a list beside it', () => {
      const { host, hosts, tls } = ingressAfter(`${head}ingress:\n  enabled: true\n  host: a.example.org\n`);
      expect([host, hosts, tls.length]).toEqual(['a.example.org', [HOST], 2]);
    });

    it('has no certificate at all gets one for this host, and an issuer', () => {
      expect(
        ingressAfter(`${head}ingress: {enabled: true, hosts: [a.example.org], clusterIssuer: ''}\n`),
      ).toMatchObject({
        annotations: { 'cert-manager.io/cluster-issuer': 'letsencrypt-prod' },
        tls: [{ secretName: `${HOST}-tls`, hosts: [HOST] }],
      });
    });

    it('has its certificates made elsewhere keeps them there', () => {
      expect(ingressAfter(`${head}ingress: {enabled: true, hosts: [a.example.org], tls: []}\n`).tls).toEqual([
        { secretName: `${HOST}-tls`, hosts: [HOST] },
      ]);
    });

    it('names an issuer of its own keeps it', () => {
      const own = `${head}ingress: {enabled: true, hosts: [a.example.org], annotations: {cert-manager.io/issuer: mine}}\n`;
      expect(ingressAfter(own).annotations).toEqual({ 'cert-manager.io/issuer': 'mine' });
    });

    it('names the host already gets its registration made active', () => {
      const routed = serviceAfter();
      expect(serviceAfter(world(routed))).toBe(routed);
    });
  });

  it.each([
    ['was removed', world().with([{ path: `platform-gitops/domains/${HOST}.yaml` }]), 'domain_removed'],
    ['is another team’s', world(SERVICE, REGISTRATION.replace('billing', 'shop')), 'domain_removed'],
    ['is another service’s', world(SERVICE, REGISTRATION.replace('service: api', 'service: web')), 'domain_removed'],
    ['cannot be read', world(SERVICE, 'team: ['), 'domain_removed'],
    ['has another challenge', world(SERVICE, REGISTRATION.replace(CHALLENGE, 'b'.repeat(64))), 'domain_replaced'],
    ['was marked as failed', world(SERVICE, REGISTRATION.replace('pending', 'failed')), 'bad_transition'],
  ])('is not made where the registration %s', (_, at, code) => {
    expect(refused(at)).toBe(code);
  });

  it('is not made for a service that is gone, takes no requests, or shares the host with somebody', () => {
    expect(refused(world().with([{ path: 'platform-gitops/services/billing/api/values.yaml' }]))).toBe(
      'service_not_found',
    );
    expect(refused(world('type: worker\nimage: {repository: r, tag: "1"}\n'))).toBe('no_ingress');
    const other = `type: web\nimage: {repository: r, tag: "1"}\ningress: {enabled: true, hosts: [${HOST}]}\n`;
    expect(refused(world(SERVICE, REGISTRATION, { 'shop/api': other }))).toBe('domain_taken');
  });

  it('is never planned without a proof', () => {
    expect(() => planWith(world(), undefined)).toThrow('left no proof');
    expect(() => plan(world(), { ...PROOF, method: 'faith' })).toThrow('left no proof');
  });
});
