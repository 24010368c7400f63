import { readValues } from './documents';
import { readService, type Service } from './service-file';
import { readTenant } from './tenant-file';

const service = (text: string): Service => readService('labs', 'api', readValues(text));
const DEFAULT = { requests: { cpu: '100m', memory: '128Mi' }, limits: { cpu: '500m', memory: '256Mi' } };

describe(readService.name, () => {
  it.each<[text: string, expected: Partial<Service>]>([
    ['', { type: 'worker', replicas: 1, port: 8080, hosts: [], resources: DEFAULT, hasDatabase: false }],
    ['replicaCount: 0\n', { replicas: 0 }],
    ['replicaCount: many\n', { replicas: 1 }],
    ['replicaCount: 1.5\n', { replicas: 1 }],
    ['replicaCount: ""\n', { replicas: 1 }],
    ['replicaCount: null\n', { replicas: 1 }],
    ['service: {port: 80}\n', { type: 'web', port: 80 }],
    ['service: null\ningress: {enabled: yes}\n', { type: 'web', port: 8080 }],
    ['probes: {liveness: null, startup: {path: /up}}\n', { probes: { liveness: null, startup: expect.anything() } }],
    ['probes: null\n', { probes: { liveness: null, readiness: null, startup: null } }],
    ['dbSecret: {vaultPath: x}\n', { hasDatabase: true }],
    ['dbSecret: {}\n', { hasDatabase: false }],
    ['dbSecret: null\n', { hasDatabase: false }],
    ['env: {}\nexternalSecret: {}\nenvFrom: []\n', { env: {}, secretNames: [] }],
    ['env: [A]\n', { env: {} }],
    ['image: {repository: x, tag: 4995e53}\n', { imageTag: '4995e53' }],
    ['image: {repository: x, tag: 1.10}\n', { imageTag: '1.10' }],
    ['resources: {limits: {cpu: null}}\n', { resources: { ...DEFAULT, limits: { memory: '256Mi' } } }],
    [
      'resources: {limits: null, requests: {cpu: 0.5}}\n',
      { resources: { requests: { cpu: '0.5', memory: '128Mi' }, limits: {} } },
    ],
    ['resources: null\n', { resources: { requests: {}, limits: {} } }],
    [
      'host: a.b\ningress: {host: [c.d, 1.10], hosts: [a.b, {host: e.f}, {x: 1}, [g.h]]}\nextraIngresses: [{hosts: [i.j]}, no]\n',
      { hosts: ['a.b', 'c.d', '1.10', 'e.f', 'i.j'] },
    ],
  ])('reads %j', (text, expected) => expect(service(text)).toMatchObject(expected));

  it('keeps nothing of a default that null takes out', () => {
    expect(service('resources: {limits: {cpu: null}}\n').resources.limits).toEqual({ memory: '256Mi' });
  });
});

describe(readTenant.name, () => {
  it('reads names and quotas as they are written, and passes over what is no member', () => {
    const text = `tenant:
  name: 1e3
  members: [{userId: 1e3, role: owner}, {user: 0123, role: king}, olga, {role: owner}]
  quotas: {requests.cpu: 0.5, limits.memory: 1.5Gi, pods: "10"}
  networking: {allowInternetEgress: on, allowClusterEgress: "yes"}
`;
    expect(readTenant('labs', readValues(text))).toMatchObject({
      name: 'labs',
      members: [
        { user: '1e3', role: 'owner' },
        { user: '0123', role: 'unknown' },
      ],
      quotas: { 'requests.cpu': '0.5', 'limits.memory': '1.5Gi', pods: '10' },
      networking: { internetEgress: true, clusterEgress: false },
    });
  });

  it.each(['', 'tenant: null\n', 'tenant: [a]\n', 'tenant: {members: {olga: owner}, quotas: []}\n'])(
    'reads %j as a team without members and quotas',
    (text) => expect(readTenant('labs', readValues(text))).toMatchObject({ name: 'labs', members: [], quotas: {} }),
  );
});
