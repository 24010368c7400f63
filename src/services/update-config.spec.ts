import fc from 'fast-check';
import { planOf, refusalOf, textOfPlan } from '../../test/factories/plan';
import { COMMENTED } from '../../test/factories/service-file';
import { aWorld, type WorldParts } from '../../test/factories/world';
import { parseYaml } from '../platform/gitops/yaml';
import { deployService } from './deploy.operation';

const TARGET = { team: 'billing', service: 'payment-api' };

const known = (parts: WorldParts = {}) => aWorld({ services: { 'billing/payment-api': COMMENTED }, ...parts });
const plan = (raw: object, world = known()) => planOf(deployService, world, { ...TARGET, ...raw });
const refused = (raw: object, world = known()) => refusalOf(() => plan(raw, world));

describe('update-config', () => {
  const config = (raw: object, world = known()) => plan({ action: 'update-config', ...raw }, world);

  it('merges variables key by key; null removes; comments stay', () => {
    const made = config({ env: { LOG_LEVEL: 'debug', GREETING: null, ABSENT: null, NEW: 'yes' } });
    expect(textOfPlan(made)).toBe(
      COMMENTED.replace('LOG_LEVEL: info', 'LOG_LEVEL: debug').replace("  GREETING: 'it''s fine'\n", '  NEW: "yes"\n'),
    );
    expect(made).toMatchObject({
      subject: 'config(billing/payment-api): env LOG_LEVEL, GREETING, ABSENT, NEW',
      answer: {
        changed: [
          { key: 'env.LOG_LEVEL', from: 'info', to: 'debug' },
          { key: 'env.GREETING', from: "it's fine", to: null },
          { key: 'env.NEW', from: null, to: 'yes' },
        ],
      },
    });
  });

  it('names other settings in the subject', () => {
    const made = config({ port: 3001, health_check_path: '/up', clear_env: true, secret_names: ['A_KEY', 'B_KEY'] });
    expect(made.subject).toBe(
      'config(billing/payment-api): env cleared; secrets A_KEY, B_KEY; port 3001; health check /up',
    );
    expect(parseYaml(textOfPlan(made))).toMatchObject({
      env: {},
      probes: { liveness: { path: '/up' }, readiness: { path: '/up' } },
    });
  });

  it('replaces all variables where it is told to', () => {
    expect(parseYaml(textOfPlan(config({ clear_env: true, env: { ONLY: 'this' } })))).toMatchObject({
      env: { ONLY: 'this' },
    });
    expect(config({ clear_env: true }).answer.changed).toHaveLength(2);
  });

  it.each(['DB_PASSWORD', 'STRIPE_API_KEY', 'GITHUB_TOKEN', 'client_secret'])(
    'refuses the plain variable %s and does not repeat its value',
    (name) => {
      const refusal = refused({ action: 'update-config', env: { OK: '1', [name]: 'canary-4711' } });
      expect(refusal).toMatchObject({
        kind: 'InvalidInput',
        code: 'secret_in_env',
        field: `env.${name}`,
        fix: expect.stringContaining('secret_names'),
      });
      expect(JSON.stringify(refusal)).not.toContain('canary');
    },
  );

  it('refuses values that look like credentials', () => {
    for (const value of [`ghp_${'a'.repeat(36)}`, 'postgres://app:canary@db/x', 'AKIAABCDEFGHIJKLMNOP']) {
      const refusal = refused({ action: 'update-config', env: { SETTING: value } });
      expect(refusal).toMatchObject({ code: 'secret_in_env', field: 'env.SETTING' });
      expect(JSON.stringify(refusal)).not.toContain(value);
    }
  });

  it('lets variables pass that only say whether, and lets secrets be removed', () => {
    const world = known({
      services: { 'billing/payment-api': COMMENTED.replace('# FEATURE_X: on', 'DB_PASSWORD: canary-4711') },
    });
    const made = config({ env: { REQUIRE_TOKEN: 'true', DB_PASSWORD: null } }, world);
    expect(made.answer.changed).toContainEqual({ key: 'env.DB_PASSWORD', from: '[masked]', to: null });
    expect(JSON.stringify(made.answer)).not.toContain('canary');
  });

  it.each([
    ['nothing', {}, undefined],
    ['a tag', { image_tag: '1.2.4' }, 'image_tag'],
    ['an image', { image: 'ghcr.io/acme/pay' }, 'image'],
    ['source', { git_tag: 'v1' }, 'git_tag'],
    ['a Dockerfile', { dockerfile_path: 'app/Dockerfile' }, 'dockerfile_path'],
    ['a variable that is no name', { env: { 'A-B': '1' } }, 'env'],
    ['a value that is no text', { env: { A: 1 } }, 'env.A'],
    ['NUL', { env: { A: 'a\0b' } }, 'env.A'],
    ['half a character', { env: { A: '\ud800' } }, 'env.A'],
    ['a value that is too long', { env: { A: 'x'.repeat(4097) } }, 'env.A'],
    ['a secret that is no name', { secret_names: ['A=b'] }, 'secret_names'],
    ['a relative path', { health_check_path: 'up' }, 'health_check_path'],
    ['a path with a blank', { health_check_path: '/a b' }, 'health_check_path'],
    ['too many replicas', { autoscaling: { enabled: true, max_replicas: 51 } }, 'autoscaling.max_replicas'],
    [
      'least over most',
      { autoscaling: { enabled: true, min_replicas: 4, max_replicas: 3 } },
      'autoscaling.min_replicas',
    ],
    ['least over the most there is', { autoscaling: { enabled: true, min_replicas: 6 } }, 'autoscaling.min_replicas'],
    ['numbers while autoscaling is off', { autoscaling: { min_replicas: 2 } }, 'autoscaling.min_replicas'],
  ])('refuses %s', (_, raw, field) => {
    expect(refused({ action: 'update-config', ...raw })).toMatchObject({
      kind: 'InvalidInput',
      ...(field && { field }),
    });
  });

  it('does not take an empty autoscaling for something to change', () => {
    expect(refused({ action: 'update-config', autoscaling: {} })).toMatchObject({ code: 'nothing_to_change' });
  });

  it('adds secret names to those there are, wherever they are', () => {
    const world = known({
      services: {
        'billing/payment-api': `${COMMENTED}externalSecret:
  targetSecret: pay-creds # shared with the job
  data:
    - {secretKey: OLD_KEY, remoteKey: teams/billing/payment-api, property: OLD_KEY}
envFrom:
  - secretRef: {name: pay-creds}
`,
      },
    });
    const made = config({ secret_names: ['OLD_KEY', 'NEW_KEY', 'NEW_KEY'] }, world);
    expect(parseYaml(textOfPlan(made))).toMatchObject({
      externalSecret: {
        targetSecret: 'pay-creds',
        data: [
          { secretKey: 'OLD_KEY' },
          { secretKey: 'NEW_KEY', remoteKey: 'teams/billing/payment-api', property: 'NEW_KEY' },
        ],
      },
      envFrom: [{ secretRef: { name: 'pay-creds' } }],
    });
    expect(made.warnings).toMatchObject([
      { code: 'secret_values_pending', message: expect.stringContaining('NEW_KEY') },
    ]);
    expect(textOfPlan(made)).toContain('# shared with the job');
    expect(config({ secret_names: ['OLD_KEY'] }, world).answer.changed).toEqual([]);
    const cleared = config({ clear_secrets: true }, world);
    expect(parseYaml(textOfPlan(cleared))).toMatchObject({ externalSecret: {}, envFrom: [] });
    expect(cleared.warnings).toMatchObject([{ code: 'secret_values_kept' }]);
    const swapped = config({ clear_secrets: true, secret_names: ['NEW_KEY'] }, world);
    expect(parseYaml(textOfPlan(swapped))).toMatchObject({
      externalSecret: { targetSecret: 'payment-api-secrets', data: [{ secretKey: 'NEW_KEY' }] },
      envFrom: [{ secretRef: { name: 'payment-api-secrets' } }],
    });
  });

  it('warns where a plain variable hides a secret one', () => {
    expect(config({ secret_names: ['LOG_LEVEL'] }).warnings).toContainEqual(
      expect.objectContaining({ code: 'env_shadows_secret' }),
    );
    expect(config({ secret_names: ['LOG_LEVEL'], env: { LOG_LEVEL: null } }).warnings).not.toContainEqual(
      expect.objectContaining({ code: 'env_shadows_secret' }),
    );
  });

  it('finds the path of each probe, and leaves alone what is no HTTP request', () => {
    const probes =
      'probes:\n  liveness: null\n  readiness:\n    httpGet: {path: /old, port: 1}\n  startup:\n    exec: {command: [x]}\n';
    const made = config(
      { health_check_path: '/up' },
      known({ services: { 'billing/payment-api': COMMENTED + probes } }),
    );
    expect(textOfPlan(made)).toBe(
      `${COMMENTED}probes:\n  liveness:\n    path: /up\n  readiness:\n    httpGet: {path: /up, port: 1}\n  startup:\n    exec: {command: [x]}\n`,
    );
    expect(made.warnings).toMatchObject([{ code: 'probe_not_http', message: expect.stringContaining('startup') }]);
  });

  it('refuses more replicas than the quota has room for, with the numbers', () => {
    const world = known({
      services: {
        'billing/payment-api': COMMENTED,
        'billing/other': { image: { repository: 'a', tag: '1' }, replicaCount: 4 },
      },
    });
    expect(refused({ action: 'update-config', autoscaling: { enabled: true, max_replicas: 9 } }, world)).toMatchObject({
      kind: 'Conflict',
      code: 'quota_exceeded',
      details: {
        'requests.cpu': { needed: '1800m', used: '400m', hard: '2' },
        'limits.cpu': { needed: '4500m', used: '2', hard: '4' },
        pods: { needed: '9', used: '4', hard: '10' },
      },
    });
  });

  const anything = fc.oneof(
    fc.string({ maxLength: 60, unit: 'binary' }),
    fc.string({ maxLength: 60 }),
    fc.constantFrom(
      '',
      'a: b',
      '"\nadmin: true',
      "' # x",
      '{{ .Values }}',
      '- x',
      '*a',
      '&a',
      '!!str',
      '|',
      '%',
      '\t',
      '\r\n',
      '\u0085',
      '\u2028',
      '\ufeff',
      '---',
      '...',
      'null',
      '~',
      '1e3',
      'yes',
      '0777',
    ),
  );
  const name = fc.oneof(
    fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_]{0,20}$/),
    fc.constantFrom('__proto__', 'constructor', 'on', 'null', 'toString'),
  );

  it('brings any value through the file as it is, and adds nothing else', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(name, anything), { minLength: 1, maxLength: 5 }), (entries) => {
        const env = Object.fromEntries(entries.filter(([, value]) => !value.includes('\0')));
        if (Object.keys(env).length === 0) return;
        let made;
        try {
          made = config({ env });
        } catch (error) {
          expect(error).toMatchObject({ details: { code: 'secret_in_env' } });
          return;
        }
        const { env: after, ...rest } = parseYaml(textOfPlan(made)) as { env: object };
        const { env: before, ...others } = parseYaml(COMMENTED) as { env: object };
        expect(rest).toEqual(others);
        expect(new Map(Object.entries(after))).toEqual(new Map([...Object.entries(before), ...Object.entries(env)]));
      }),
    );
  });
});
