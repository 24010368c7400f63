import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { aWorld, type WorldParts } from '../../test/factories/world';
import { packageRoot } from '../platform/package-root';
import { parseYaml } from '../platform/gitops/yaml';
import { CHART_QUOTAS, usageOf } from './usage.policy';

const image = { repository: 'a', tag: '1' };
const resources = { requests: { cpu: '250m', memory: '512Mi' }, limits: { cpu: '1', memory: '1Gi' } };
const usage = (services: WorldParts['services'], tenant: object = {}) =>
  usageOf(aWorld({ services, tenants: { billing: tenant as Record<string, never> } }), 'billing');

describe(usageOf, () => {
  it('counts replicas times containers against the quota, in both notations', () => {
    const { cpu, memory, pods, services, warnings } = usage({
      'billing/api': { image, resources, replicaCount: 3 },
      'billing/worker': { image, resources, extraContainers: [{ name: 'x', resources }] },
    });
    expect(cpu.requests).toEqual({
      resource: 'requests.cpu',
      used: { quantity: '1250m', value: 1.25, unit: 'cores' },
      used_at_least: { quantity: '1250m', value: 1.25, unit: 'cores' },
      counted: null,
      hard: { quantity: '2', value: 2, unit: 'cores' },
      percent: 62.5,
    });
    expect(memory.limits).toMatchObject({
      used: { quantity: '5Gi', value: 5 * 1024 ** 3, unit: 'bytes' },
      percent: 62.5,
    });
    expect(pods).toMatchObject({ used: { quantity: '4', unit: 'count' }, hard: { value: 10 }, percent: 40 });
    expect(services.map(({ service, cpu_limits }) => [service, cpu_limits.quantity])).toEqual([
      ['api', '3'],
      ['worker', '2'],
    ]);
    expect(warnings).toEqual([{ code: 'over_quota', message: expect.stringContaining('limits.cpu') }]);
  });

  it('counts autoscaling at its most, and its least beside it', () => {
    const { cpu, pods, services } = usage({
      'billing/api': { image, resources, autoscaling: { enabled: true, minReplicas: 2, maxReplicas: 6 } },
    });
    expect(cpu.requests).toMatchObject({
      used: { quantity: '1500m' },
      used_at_least: { quantity: '500m' },
      percent: 75,
    });
    expect(pods).toMatchObject({ used: { value: 6 }, used_at_least: { value: 2 } });
    expect(services[0]?.replicas).toEqual({ min: 2, max: 6 });
  });

  it('counts nothing of a service that is stopped, but its storage', () => {
    const { cpu, pods, storage } = usage({
      'billing/api': {
        image,
        replicaCount: 0,
        persistence: { state: { size: '5Gi' }, cache: {}, old: { size: '1Ti', enabled: false } },
      },
    });
    expect([cpu.requests.used.value, pods.used.value]).toEqual([0, 0]);
    expect(storage.requests).toMatchObject({ used: { quantity: '6Gi' }, hard: null, percent: null });
    expect(storage.claims).toMatchObject({ used: { value: 2 }, hard: { quantity: '5' }, percent: 40 });
  });

  it('answers zeros for a team without services', () => {
    expect(usage({})).toMatchObject({ pods: { used: { value: 0 }, percent: 0 }, services: [], warnings: [] });
  });

  it('keeps what somebody wrote, and rounds percents up', () => {
    const { cpu, memory } = usage(
      { 'billing/api': { image, resources } },
      { quotas: { 'requests.cpu': '0.75', 'requests.memory': '1e12' } },
    );
    expect(cpu.requests).toMatchObject({ hard: { quantity: '0.75', value: 0.75 }, percent: 33.4 });
    expect(memory.requests).toMatchObject({ hard: { quantity: '1e12', value: 1e12 }, percent: 0.1 });
  });

  it('has the chart’s quota where the file names none, and none where the file takes it out', () => {
    expect(usage({}, { quotas: {} }).cpu.requests.hard?.quantity).toBe('500m');
    expect(usage({}, { quotas: { 'requests.cpu': null } }).cpu.requests.hard).toBeNull();
    expect(usage({}, { quotas: null }).pods.hard).toBeNull();
    const { tenant } = parseYaml(readFileSync(join(packageRoot, 'charts/tenant/values.yaml'), 'utf8')) as {
      tenant: { quotas: Record<string, string> };
    };
    expect(tenant.quotas).toMatchObject(CHART_QUOTAS);
  });

  it('warns of what it could not count, and of too much', () => {
    const { warnings, cpu } = usage(
      {
        'billing/api': { image, resources: { requests: { cpu: 'much' } } },
        'billing/broken': 'image: {',
        'billing/many': { image, resources, replicaCount: 11 },
        'billing/odd': { image, persistence: { state: { size: 'large' } } },
      },
      { quotas: { 'requests.cpu': '1', 'limits.cpu': 'plenty', pods: '0' } },
    );
    expect(warnings.map(({ code, message }) => [code, message])).toEqual([
      ['quota_uncertain', expect.stringContaining('limits.cpu')],
      ['unreadable_file', expect.stringContaining('services/billing/broken/values.yaml')],
      ['usage_uncertain', expect.stringContaining('api, odd')],
      ['over_quota', expect.stringMatching(/requests\.cpu.*2850m of 1;/)],
      ['over_quota', expect.stringMatching(/requests\.memory/)],
      ['over_quota', expect.stringMatching(/limits\.memory/)],
      ['over_quota', expect.stringMatching(/pods.*13 of 0/)],
    ]);
    expect(cpu.limits).toMatchObject({ hard: null, percent: null });
  });

  it('says that the quota is unknown where the tenant’s file cannot be read', () => {
    const world = aWorld({ tenants: {}, files: { 'tenants/billing/values.yaml': 'tenant: {' } });
    expect(usageOf(world, 'billing')).toMatchObject({
      pods: { hard: null },
      warnings: [{ code: 'unreadable_file', message: expect.stringContaining('quota is unknown') }],
    });
  });

  it('is the sum of what it says of each service', () => {
    const service = fc.record({
      replicas: fc.nat({ max: 50 }),
      cpu: fc.integer({ min: 0, max: 9999 }),
      memory: fc.integer({ min: 0, max: 9999 }),
    });
    fc.assert(
      fc.property(fc.array(service, { maxLength: 5 }), (all) => {
        const files = all.map(({ replicas, cpu, memory }, index) => [
          `billing/s${index}`,
          { image, replicaCount: replicas, resources: { requests: { cpu: `${cpu}m`, memory: `${memory}Mi` } } },
        ]);
        const found = usage(Object.fromEntries(files));
        const milli = all.reduce((sum, { replicas, cpu }) => sum + replicas * cpu, 0);
        const mebi = all.reduce((sum, { replicas, memory }) => sum + replicas * memory, 0);
        expect(found.cpu.requests.used.value).toBe(milli / 1000);
        expect(found.memory.requests.used.value).toBe(mebi * 1024 ** 2);
        expect(found.services.reduce((sum, { memory_requests }) => sum + memory_requests.value, 0)).toBe(
          mebi * 1024 ** 2,
        );
      }),
      { numRuns: 50 },
    );
  });
});
