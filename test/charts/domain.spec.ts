import { World } from '../../src/platform/gitops';
import { parseYaml } from '../../src/platform/gitops/yaml';
import { addCustomDomain } from '../../src/domains/add-custom-domain.operation';
import { aWorld } from '../factories/world';
import { NOW } from '../factories/plan';
import { crdViolations } from '../support/crds';
import { helmLint, helmTemplate, type Manifest } from '../support/helm';
import { at, ofKind, only } from '../support/manifests';
import { valuesValidator } from '../support/values-schema';

const HOST = 'shop.example.com';
const CHALLENGE = 'a'.repeat(64);
const GENERATED = 'billing-api.apps.example.org';
const FILE = 'platform-gitops/services/billing/api/values.yaml';
const HEAD = 'image: {repository: ghcr.io/acme/api, tag: "1"}\ntype: web\n';
/** As `onboard` writes it. */
const ONBOARDED = `${HEAD}ingress:
  enabled: true
  hosts: [${GENERATED}]
  annotations: {cert-manager.io/cluster-issuer: letsencrypt-prod}
  tls: [{secretName: api-tls, hosts: [${GENERATED}]}]
`;
/** As somebody wrote it who leaves the certificate to the chart. */
const BY_HAND = `${HEAD}ingress: {enabled: true, host: ${GENERATED}, forwardAuth: {enabled: true, address: 'http://auth'}}\n`;

/** The service's file after the second commit of `add-custom-domain`. */
function activated(text: string): unknown {
  const registration = `team: billing\nservice: api\nstatus: pending\nchallenge: ${CHALLENGE}\n`;
  const world: World = aWorld({ services: { 'billing/api': text }, files: { [`domains/${HOST}.yaml`]: registration } });
  const done = { challenge: CHALLENGE, method: 'txt', record: '', at: NOW.toISOString() };
  const input = { team: 'billing', service: 'api', domain: HOST };
  const plan = addCustomDomain.continuation?.plan({ actor: { login: 'ada', isAdmin: false }, input, world, facts: undefined, now: NOW, done } as never);
  return parseYaml(world.with(plan?.changes ?? []).text(FILE) ?? '');
}

const render = (values: unknown): Promise<Manifest[]> =>
  helmTemplate({ chart: 'service', name: 'api', namespace: 'billing', values, set: { fullnameOverride: 'billing-api' } });

describe.each([
  ['as it was onboarded', ONBOARDED, 'api-tls'],
  ['that somebody wrote by hand', BY_HAND, 'billing-api-tls'],
])('a service %s, with a custom domain', (_, text, secret) => {
  let manifests: Manifest[];
  beforeAll(async () => {
    manifests = await render(activated(text));
  });

  it('is what the chart takes', async () => {
    const values = activated(text);
    const validate = valuesValidator('service');
    expect([validate(values), validate.errors]).toEqual([true, null]);
    await helmLint('service', values);
    expect(crdViolations(manifests)).toEqual([]);
  });

  it('answers for both hosts, with a certificate each from cert-manager’s issuer', () => {
    const { metadata, spec } = only(manifests, 'Ingress');
    expect((at(spec, 'rules') as { host: string }[]).map(({ host }) => host)).toEqual([GENERATED, HOST]);
    expect(at(spec, 'tls')).toEqual([
      { secretName: secret, hosts: [GENERATED] },
      { secretName: `${HOST}-tls`, hosts: [HOST] },
    ]);
    expect(metadata.annotations).toMatchObject({ 'cert-manager.io/cluster-issuer': 'letsencrypt-prod' });
  });
});

it('keeps the generated host’s certificate where it was before', async () => {
  const secretOf = async (values: unknown) => (at(only(await render(values), 'Ingress').spec, 'tls') as { secretName: string }[])[0]?.secretName;
  expect(await secretOf(activated(BY_HAND))).toBe(await secretOf(parseYaml(BY_HAND)));
});

it('puts a custom domain behind what asks before each request', async () => {
  const manifests = await render(activated(BY_HAND));
  expect(ofKind(manifests, 'Ingress')).toHaveLength(1);
  expect(Object.values(only(manifests, 'Ingress').metadata.annotations ?? {}).join()).toContain('forward-auth');
});
