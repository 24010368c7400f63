import { NOW, planOf, refusalOf, textOfPlan } from '../../test/factories/plan';
import { aWorld, type WorldParts } from '../../test/factories/world';
import { parseYaml } from '../platform/gitops/yaml';
import { addCustomDomain } from './add-custom-domain.operation';

const image = { repository: 'ghcr.io/acme/x', tag: '1' };
const web = (...hosts: string[]) => ({ type: 'web', image, ingress: { enabled: true, hosts } });
const INPUT = { team: 'billing', service: 'api', domain: 'shop.example.com' };
const FACTS = { seed: 'seed' };
const DAY_MS = 86_400_000;
const PATH = 'platform-gitops/domains/shop.example.com.yaml';

const aFile = (changes: Record<string, string> = {}) =>
  Object.entries({
    ...{ host: 'shop.example.com', team: 'billing', service: 'api', status: 'pending', challenge: 'a'.repeat(64) },
    ...{ createdAt: '"2026-02-28T12:00:00.000Z"', expiresAt: '"2026-03-07T12:00:00.000Z"', ...changes },
  })
    .map(([key, value]) => `${key}: ${value}\n`)
    .join('');
const EXPIRED = { expiresAt: '"2026-03-01T12:00:00.000Z"' };

const world = ({ services, files, tenants, ...parts }: WorldParts = {}) =>
  aWorld({
    tenants: { billing: {}, shop: {}, ...tenants },
    services: {
      'billing/api': web('billing-api.apps.example.org'),
      'billing/web': web('billing-web.apps.example.org'),
      ...services,
    },
    files,
    ...parts,
  });
const holding = (text: string) => world({ files: { 'domains/shop.example.com.yaml': text } });
const plan = (at = world(), input: object = {}, now = NOW) =>
  planOf(addCustomDomain, at, { ...INPUT, ...input }, FACTS, { now });
const refused = (at = world(), input: object = {}) => refusalOf(() => plan(at, input));

describe('add-custom-domain', () => {
  it('registers a host, with a challenge and an expiry, and touches nothing else', () => {
    const { changes, subject, answer } = plan();
    expect(changes.map(({ path }) => path)).toEqual([PATH]);
    expect(subject).toBe('add-domain(billing/api): shop.example.com');
    const text = textOfPlan(plan());
    expect(text).toMatch(/^# Custom domain shop\.example\.com of billing\/api, made by MCTL\.\n/);
    expect(parseYaml(text)).toEqual({
      host: 'shop.example.com',
      team: 'billing',
      service: 'api',
      status: 'pending',
      challenge: expect.stringMatching(/^[0-9a-f]{64}$/),
      createdAt: NOW.toISOString(),
      expiresAt: new Date(NOW.getTime() + 7 * DAY_MS).toISOString(),
      requestedBy: 'ada',
    });
    const { challenge } = parseYaml(text) as { challenge: string };
    expect(answer).toMatchObject({
      status: 'pending',
      challenge: { name: '_mctl-challenge.shop.example.com', value: `mctl-domain-verification=${challenge}` },
      cname: { value: 'billing-api.apps.example.org', is_proof: true },
    });
  });

  it('plans the same twice, and another challenge at another time', () => {
    expect(plan()).toEqual(plan());
    expect(textOfPlan(plan(world(), {}, new Date(NOW.getTime() + 1)))).not.toBe(textOfPlan(plan()));
  });

  it('shows no seed', () => {
    expect(JSON.stringify(plan())).not.toContain('"seed"');
  });

  it('takes the expiry from its setting', () => {
    const { answer } = plan(world({ platform: { domainExpiryMs: DAY_MS } }));
    expect(answer.expires_at).toBe(new Date(NOW.getTime() + DAY_MS).toISOString());
  });

  it('writes IDN as A-labels and shows both', () => {
    const { changes, answer } = plan(world(), { domain: 'müller.example.com' });
    expect(changes[0]?.path).toBe('platform-gitops/domains/xn--mller-kva.example.com.yaml');
    expect(answer).toMatchObject({ domain: 'xn--mller-kva.example.com', domain_unicode: 'müller.example.com' });
    expect(changes[0]?.content).toContain('# Custom domain müller.example.com (xn--mller-kva.example.com) of');
  });

  it.each(['pending', 'verified', 'active'])('leaves an own host that is %s as it is', (status) => {
    const { changes, answer } = plan(holding(aFile({ status })));
    expect(changes).toEqual([]);
    expect(answer).toMatchObject({ status, challenge: { value: `mctl-domain-verification=${'a'.repeat(64)}` } });
  });

  it.each([
    ['expired', EXPIRED],
    ['failed', { status: 'failed' }],
    ['without a challenge', { challenge: 'none' }],
  ])('registers an own host anew that is %s', (_, changes) => {
    expect(textOfPlan(plan(holding(aFile(changes))))).toContain(`createdAt: "${NOW.toISOString()}"`);
  });

  it('takes over what another team let expire, and nothing a moment earlier', () => {
    expect(textOfPlan(plan(holding(aFile({ team: 'shop', ...EXPIRED }))))).toContain('team: billing');
    const later = { team: 'shop', expiresAt: '"2026-03-01T12:00:00.001Z"' };
    expect(refused(holding(aFile(later))).code).toBe('domain_taken');
    expect(refused(holding(aFile({ team: 'shop', status: 'active', ...EXPIRED }))).code).toBe('domain_taken');
  });

  it.each([
    ['another team’s registration', holding(aFile({ team: 'shop' }))],
    ['a registration that cannot be read', holding('team: shop\nservice: [\n')],
    ['a registration of nobody', holding('{}\n')],
    ['another team’s ingress', world({ services: { 'shop/api': web('shop.example.com') } })],
    ['another team’s ingress, in capitals', world({ services: { 'shop/api': web('Shop.Example.Com') } })],
    ['a wildcard of another team', world({ services: { 'shop/api': web('*.example.com') } })],
    [
      'another team’s further ingress',
      world({
        services: {
          'shop/api': { ...web('x.apps.example.org'), extraIngresses: [{ name: 'x', hosts: ['shop.example.com'] }] },
        },
      }),
    ],
    [
      'a file of another team that cannot be read',
      world({ services: { 'shop/api': 'image: [\n# shop.example.com\n' } }),
    ],
    [
      'another team’s preview',
      world({
        files: { 'previews/shop/api-abc123/values.yaml': 'ingress: {enabled: true, hosts: [shop.example.com]}\n' },
      }),
    ],
    ['a service whose team is gone', world({ services: { 'gone/api': web('shop.example.com') } })],
  ])('refuses a host that is held by %s, and names nobody', (_, at) => {
    const { code, message, fix, details } = refused(at);
    expect(code).toBe('domain_taken');
    expect(`${message} ${fix} ${JSON.stringify(details)}`.replaceAll('shop.example.com', '')).not.toMatch(/shop|gone/);
  });

  it('says which service of the own team holds it', () => {
    expect(refused(holding(aFile({ service: 'web' })))).toMatchObject({
      code: 'domain_taken',
      message: expect.stringContaining('web'),
    });
    const routed = world({ services: { 'billing/web': web('shop.example.com') } });
    expect(refused(routed)).toMatchObject({ code: 'domain_taken', fix: expect.stringContaining('web') });
  });

  it('takes a host that the own service names already, and one that only looks alike elsewhere', () => {
    const at = world({
      services: { 'billing/api': web('shop.example.com'), 'shop/api': web('myshop.example.com', 'shop-example.com') },
    });
    expect(plan(at).changes).toHaveLength(1);
  });

  it('starts no more workflows than may wait, also for a host that is registered already', () => {
    const at = (text?: string) =>
      world({ files: text ? { 'domains/shop.example.com.yaml': text } : {}, platform: { pendingDomains: 2 } });
    const waits = (waiting: string[], text?: string) => () =>
      planOf(addCustomDomain, at(text), INPUT, { ...FACTS, waiting }, { now: NOW });
    for (const text of [undefined, aFile(), aFile({ status: 'active' })]) {
      expect(refusalOf(waits(['a.example.com', 'b.example.com'], text)).code).toBe('pending_limit');
      expect(waits(['a.example.com', 'shop.example.com'], text)).not.toThrow();
    }
    expect(waits(['a.example.com', 'b.example.com', 'shop.example.com'], aFile())).not.toThrow();
  });

  it('gives a team one expiry for a host, however often it registers it anew, and then others their turn', () => {
    const since = (days: number, proofs: number[] = []) =>
      planOf(
        addCustomDomain,
        holding(aFile(EXPIRED)),
        INPUT,
        {
          ...FACTS,
          claims: [
            { kind: 'registered', at: new Date(NOW.getTime() - days * DAY_MS) },
            ...proofs.map((each) => ({ kind: 'proved', at: new Date(NOW.getTime() - each * DAY_MS) })),
          ],
        },
        { now: NOW },
      );
    const left = (made: ReturnType<typeof since>) => Date.parse(String(made.answer.expires_at)) - NOW.getTime();
    expect(left(since(6))).toBe(DAY_MS);
    expect(refusalOf(() => since(7))).toMatchObject({ code: 'domain_cooldown', field: 'domain' });
    expect(refusalOf(() => since(13.9)).fix).toContain('2026-03-01T14:24:00.000Z');
    expect(left(since(14))).toBe(7 * DAY_MS);
    expect(left(since(9, [8]))).toBe(7 * DAY_MS);
  });

  it('holds the names of others only so far as the limit goes', () => {
    const waiting = (...names: string[]) =>
      Object.fromEntries(
        names.map((name) => [`domains/${name}.example.com.yaml`, aFile({ host: `${name}.example.com` })]),
      );
    const at = (files: Record<string, string>, pendingDomains = 2) => world({ files, platform: { pendingDomains } });
    expect(refused(at(waiting('a', 'b')))).toMatchObject({
      code: 'pending_limit',
      details: { pending: ['a.example.com', 'b.example.com'] },
    });
    expect(plan(at(waiting('a'))).changes).toHaveLength(1);
    expect(
      plan(at({ ...waiting('a', 'b'), 'domains/b.example.com.yaml': aFile({ status: 'active' }) })).changes,
    ).toHaveLength(1);
    expect(plan(at({ ...waiting('a', 'b'), 'domains/b.example.com.yaml': aFile(EXPIRED) })).changes).toHaveLength(1);
    expect(plan(at({ ...waiting('a', 'b'), 'domains/shop.example.com.yaml': aFile() })).changes).toEqual([]);
    expect(refused(at({}, 0)).code).toBe('pending_limit');
  });

  it.each([
    ['a worker', { type: 'worker', image }],
    ['a service without an ingress', { type: 'web', image }],
    ['a service whose ingress is off', { type: 'web', image, ingress: { enabled: false, hosts: ['a.example.com'] } }],
  ])('refuses %s', (_, service) => {
    expect(refused(world({ services: { 'billing/api': service } })).code).toBe('no_ingress');
  });

  it('refuses what is not there', () => {
    expect(refused(world(), { service: 'apj' })).toMatchObject({
      kind: 'NotFound',
      code: 'service_not_found',
      allowed: ['api'],
    });
  });

  describe('a target that another team could have', () => {
    const target = (tenants: object, services: object = {}) =>
      plan(
        world({
          tenants: { 'billing-x': {}, ...tenants },
          services: { 'billing/x-y': web('billing-x-y.apps.example.org'), ...services },
        }),
        { service: 'x-y' },
      ).answer.cname;

    it('is no proof', () => {
      expect(target({})).toMatchObject({ is_proof: false, note: expect.stringContaining('proves nothing') });
    });

    it('is one where no such team is there', () => {
      const at = world({ services: { 'billing/x-y': web('billing-x-y.apps.example.org') } });
      expect(plan(at, { service: 'x-y' }).answer.cname).toMatchObject({ is_proof: true });
    });

    it('is none where only a service of that name was left behind', () => {
      const at = world({
        services: { 'billing/x-y': web('billing-x-y.apps.example.org'), 'billing-x/y': { type: 'worker', image } },
      });
      expect(plan(at, { service: 'x-y' }).answer.cname).toMatchObject({ is_proof: false });
    });
  });

  it('knows that the top of a zone has no CNAME', () => {
    expect(plan(world(), { domain: 'example.com' }).answer.cname).toMatchObject({
      note: expect.stringContaining('ALIAS'),
    });
  });
});
