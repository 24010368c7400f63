import fc from 'fast-check';
import { planOf, refusalOf, textOfPlan } from '../../test/factories/plan';
import { aWorld } from '../../test/factories/world';
import { parseYaml } from '../platform/gitops/yaml';
import { scaleService } from './scale.operation';

const FIXED = `# Service: api
image: {repository: ghcr.io/acme/api, tag: "1"}

# two since the outage of March
replicaCount: 2   # ask ada
resources:
  requests: {cpu: 200m, memory: 256Mi}
  limits: {cpu: 500m, memory: 512Mi}
`;
const BY_LOAD = `${FIXED}autoscaling:
  enabled: true # since 2026
  minReplicas: 2
  maxReplicas: 4
dbInitJob:
  enabled: false
`;

const worldOf = (api: string) => aWorld({ services: { 'billing/api': api } });
const plan = (raw: object, file = FIXED) =>
  planOf(scaleService, worldOf(file), { team: 'billing', service: 'api', ...raw });
const refused = (raw: object, file = FIXED) => refusalOf(() => plan(raw, file));

describe('a fixed number of replicas', () => {
  it('changes that number alone', () => {
    const made = plan({ replicas: 3 });
    expect(textOfPlan(made)).toBe(FIXED.replace('replicaCount: 2 ', 'replicaCount: 3 '));
    expect(made).toMatchObject({
      subject: 'scale(billing/api): 3 replicas',
      summary: 'billing/api goes to 3 replicas.',
      warnings: [],
      answer: { changed: [{ key: 'replicaCount', from: '2', to: '3' }] },
    });
  });

  it('switches autoscaling off, of the service and of nothing else, and says so', () => {
    const made = plan({ replicas: 1 }, BY_LOAD);
    expect(textOfPlan(made)).toBe(
      BY_LOAD.replace('replicaCount: 2 ', 'replicaCount: 1 ').replace('enabled: true #', 'enabled: false #'),
    );
    expect(made).toMatchObject({
      subject: 'scale(billing/api): 1 replica',
      summary: 'billing/api goes to 1 replica; autoscaling goes off.',
      warnings: [{ code: 'autoscaling_disabled', message: expect.stringContaining('(1)') }],
    });
  });

  it('may be none, with a warning', () => {
    expect(plan({ replicas: 0 })).toMatchObject({
      subject: 'scale(billing/api): 0 replicas',
      warnings: [{ code: 'service_stopped' }],
    });
  });

  it('is written where the file did not say it', () => {
    const file = FIXED.replace(/^replicaCount.*\n/m, '');
    expect(parseYaml(textOfPlan(plan({ replicas: 1 }, file)))).toMatchObject({ replicaCount: 1 });
  });

  it('changes nothing when it is like that already', () => {
    expect(textOfPlan(plan({ replicas: 2 }))).toBe(FIXED);
  });
});

describe('autoscaling', () => {
  it('is switched on with what the call names', () => {
    const made = plan({ autoscaling_enabled: true, max_replicas: 4 });
    expect(textOfPlan(made)).toBe(`${FIXED}autoscaling:\n  enabled: true\n  maxReplicas: 4\n`);
    expect(made).toMatchObject({
      subject: 'scale(billing/api): 1 to 4 replicas at 80% CPU',
      warnings: [{ code: 'replicas_ignored', message: expect.stringContaining('(2)') }],
    });
  });

  it('keeps what the call does not name', () => {
    expect(textOfPlan(plan({ cpu_threshold: 60 }, BY_LOAD))).toBe(
      BY_LOAD.replace('  maxReplicas: 4\n', '  maxReplicas: 4\n  targetCPUUtilizationPercentage: 60\n'),
    );
    expect(textOfPlan(plan({ min_replicas: 1 }, BY_LOAD))).toBe(BY_LOAD.replace('minReplicas: 2', 'minReplicas: 1'));
  });

  it('is switched off alone', () => {
    const made = plan({ autoscaling_enabled: false }, BY_LOAD);
    expect(textOfPlan(made)).toBe(BY_LOAD.replace('enabled: true #', 'enabled: false #'));
    expect(made.subject).toBe('scale(billing/api): 2 replicas, autoscaling off');
  });
});

it.each([
  ['nothing', {}, FIXED, undefined],
  ['a fixed number and autoscaling', { replicas: 2, autoscaling_enabled: true }, FIXED, 'autoscaling_enabled'],
  ['a fixed number and a least', { replicas: 2, min_replicas: 1 }, FIXED, 'min_replicas'],
  ['numbers while autoscaling is off', { max_replicas: 4 }, FIXED, 'max_replicas'],
  ['least over most', { autoscaling_enabled: true, min_replicas: 5, max_replicas: 4 }, FIXED, 'min_replicas'],
  ['least over the present most', { min_replicas: 5 }, BY_LOAD, 'min_replicas'],
  ['most under the present least', { max_replicas: 1 }, BY_LOAD, 'max_replicas'],
  ['more than the contract allows', { replicas: 51 }, FIXED, 'replicas'],
  ['less than none', { replicas: -1 }, FIXED, 'replicas'],
  ['a number in other words', { replicas: '3.0' }, FIXED, 'replicas'],
])('refuses %s', (_, raw, file, field) => {
  expect(refused(raw, file)).toMatchObject({ kind: 'InvalidInput', ...(field && { field }) });
});

it('takes the exact text of a number', () => {
  expect(plan({ replicas: '3' }).subject).toBe('scale(billing/api): 3 replicas');
});

describe('the quota', () => {
  it('counts the containers beside the main one against the quota', () => {
    const sidecar = 'extraContainers:\n  - {name: proxy, resources: {requests: {cpu: "2"}, limits: {cpu: "2"}}}\n';
    const file = `image: {repository: ghcr.io/acme/api, tag: "1"}\nreplicaCount: 0\n`;
    const scale = (text: string) =>
      planOf(scaleService, aWorld({ services: { 'billing/api': text } }), {
        team: 'billing',
        service: 'api',
        replicas: 1,
      });
    expect(scale(file).changes).toHaveLength(1);
    expect(refusalOf(() => scale(file + sidecar))).toMatchObject({
      code: 'quota_exceeded',
      details: { 'requests.cpu': { needed: '2100m' } },
    });
  });

  it('refuses what has no room, with the numbers', () => {
    expect(refused({ replicas: 9 })).toMatchObject({
      kind: 'Conflict',
      code: 'quota_exceeded',
      message: expect.stringContaining('limits.cpu: needs 4500m, other services use 0, quota 4'),
      details: { 'limits.cpu': { needed: '4500m', used: '0', hard: '4' } },
    });
  });

  it('says how many have room, by the argument that asked for more', () => {
    const eight = { got: '9', expected: 'at most 8', fix: expect.stringMatching(/^Ask for at most 8,/) };
    expect(refused({ replicas: 9 })).toMatchObject({ field: 'replicas', ...eight });
    expect(refused({ max_replicas: 9 }, BY_LOAD)).toMatchObject({ field: 'max_replicas', ...eight });
  });

  it('names no number where not even one has room', () => {
    const tenants = { billing: { quotas: { pods: '0' } } };
    const world = aWorld({ tenants, services: { 'billing/api': FIXED.replace('replicaCount: 2', 'replicaCount: 0') } });
    const error = refusalOf(() => planOf(scaleService, world, { team: 'billing', service: 'api', replicas: 3 }));
    expect(error).toMatchObject({ field: 'replicas', got: '3', fix: expect.stringMatching(/^Ask for fewer/) });
    expect(error.expected).toBeUndefined();
  });

  it('counts the most that autoscaling may reach', () => {
    expect(refused({ max_replicas: 9 }, BY_LOAD)).toMatchObject({
      details: { 'limits.cpu': { needed: '4500m', used: '0', hard: '4' } },
    });
  });

  it('never refuses less', () => {
    const world = aWorld({
      tenants: { billing: { quotas: { pods: '1' } } },
      services: { 'billing/api': FIXED.replace('replicaCount: 2', 'replicaCount: 9') },
    });
    const scale = (replicas: number) => planOf(scaleService, world, { team: 'billing', service: 'api', replicas });
    expect(scale(3).subject).toBe('scale(billing/api): 3 replicas');
    expect(refusalOf(() => scale(10))).toMatchObject({
      ...{ expected: 'at most 9', details: { pods: { needed: '10', used: '0', hard: '1' } } },
    });
  });

  it('says what it could not count', () => {
    const world = aWorld({
      services: {
        'billing/api': FIXED,
        'billing/broken': 'a: [',
        'billing/odd': { image: {}, resources: { limits: { cpu: 'lots' } } },
      },
    });
    expect(planOf(scaleService, world, { team: 'billing', service: 'api', replicas: 3 }).warnings).toMatchObject([
      { code: 'quota_uncertain', message: expect.stringContaining('1 service file') },
      { code: 'quota_uncertain', message: expect.stringContaining('odd') },
    ]);
  });

  it('lets exactly through what has room', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 50 }),
        fc.integer({ min: 1, max: 60 }),
        fc.integer({ min: 0, max: 20 }),
        (replicas, hard, others) => {
          const other = { image: { repository: 'a', tag: '1' }, replicaCount: others };
          const tenants = { billing: { quotas: { pods: String(hard) } } };
          const world = aWorld({ tenants, services: { 'billing/api': FIXED, 'billing/other': other } });
          const call = () => planOf(scaleService, world, { team: 'billing', service: 'api', replicas });
          if (replicas <= 2 || replicas + others <= hard) expect(call().changes).toHaveLength(1);
          else {
            const { code, expected } = refusalOf(call);
            const most = Math.max(2, hard - others);
            expect({ code, expected }).toEqual({ code: 'quota_exceeded', expected: `at most ${most}` });
          }
        },
      ),
      { numRuns: 50 },
    );
  });
});
