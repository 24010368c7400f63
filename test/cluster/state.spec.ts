import { certificatesOf, databaseOf, eventsOf, externalSecretsOf, podsOf, quotasOf } from '../../src/platform/cluster';
import type { KubernetesObject } from '../../src/platform/kubernetes';
import { Api, pathOfObject } from './support/api';
import { pod } from './support/objects';
import { client, facts } from './support/place';

const here = facts();
const { namespaces, prefix } = here;
const admin = new Api(here.adminKubeconfig);
const kubernetes = client(here);
type Object = KubernetesObject & Readonly<Record<string, unknown>>;

/** Writes what a controller would, through the subresource where the kind has one. */
const become = (object: Object, status: object, subresource = '/status') =>
  admin.patch(`${pathOfObject(object)}${subresource}`, { status });

it('a quota is what the cluster counts, not what was asked for', async () => {
  const quota: Object = {
    ...{ apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name: 'team', namespace: namespaces.team } },
    spec: { hard: { 'limits.cpu': '8', pods: '50' } },
  };
  await admin.create(quota);
  await become(quota, { hard: { 'limits.cpu': '8', pods: '50' }, used: { 'limits.cpu': '2500m', pods: '7' } });
  // A cluster with a quota controller counts by itself, and then its figures are the right ones.
  const { status } = await admin.ask('GET', pathOfObject(quota));
  const counts = await quotasOf(kubernetes, namespaces.team);
  const shown = [...counts].map(([key, { hard, used }]) => [key, hard.toString(), used.toString()]);
  const expected = Object.keys(status.hard).map((key) => [key, status.hard[key], status.used[key]]);
  expect(new Map(shown.map(([key, ...rest]) => [key, rest])).size).toBe(2);
  expect(counts.get('limits.cpu')?.hard.exceeds(counts.get('limits.cpu')!.used)).toBe(true);
  expect(shown.map(([key]) => key).sort()).toEqual(expected.map(([key]) => key as string).sort());
  await admin.remove(pathOfObject(quota));
});

it('a pod that crashes says why', async () => {
  const labels = { 'app.kubernetes.io/instance': 'crashing' };
  const object = pod(here, 'crashing-7d9c5b6f4d-bbbbb', labels);
  await admin.create(object);
  await become(object, {
    phase: 'Running',
    conditions: [{ type: 'Ready', status: 'False' }],
    containerStatuses: [
      {
        ...{ name: 'api', image: 'x', imageID: '', ready: false, restartCount: 7 },
        state: { waiting: { reason: 'CrashLoopBackOff', message: 'back-off 5m0s restarting failed container' } },
      },
    ],
  });
  const [found] = await podsOf(kubernetes, namespaces.team, 'crashing');
  expect(found).toMatchObject({
    isReady: false,
    containers: [{ restarts: 7, trouble: 'CrashLoopBackOff: back-off 5m0s restarting failed container' }],
  });
});

it('events of a service, and of no other', async () => {
  const event = (name: string, of: string): Object => ({
    ...{ apiVersion: 'v1', kind: 'Event', metadata: { name, namespace: namespaces.team } },
    involvedObject: { kind: 'Pod', name: of, namespace: namespaces.team },
    ...{ reason: 'BackOff', message: 'Back-off restarting', type: 'Warning', count: 3 },
    lastTimestamp: '2026-03-01T12:00:00Z',
  });
  await admin.create(event(`${prefix}-1`, 'crashing-7d9c5b6f4d-bbbbb'));
  await admin.create(event(`${prefix}-2`, 'crashing-worker-7d9c5b6f4d-bbbbb'));
  const events = await eventsOf(kubernetes, { namespace: namespaces.team, instance: 'crashing' }, 10);
  expect(events).toMatchObject([{ object: 'Pod crashing-7d9c5b6f4d-bbbbb', isWarning: true, count: 3 }]);
});

describe('what operators report', () => {
  const ready = (status: string, reason: string) => ({
    conditions: [{ type: 'Ready', status, reason, message: 'as said', lastTransitionTime: '2026-01-01T00:00:00Z' }],
  });

  it('cert-manager, of a certificate', async () => {
    const certificate: Object = {
      ...{ apiVersion: 'cert-manager.io/v1', kind: 'Certificate' },
      metadata: { name: 'shop', namespace: namespaces.team },
      spec: { secretName: 'shop', dnsNames: ['Shop.example.org'], issuerRef: { name: 'acme' } },
    };
    await admin.create(certificate);
    expect(await certificatesOf(kubernetes, namespaces.team)).toMatchObject([{ isReady: undefined }]);
    await become(certificate, ready('False', 'Issuing'));
    expect(await certificatesOf(kubernetes, namespaces.team)).toMatchObject([{ isReady: false, word: 'Issuing' }]);
    await become(certificate, { ...ready('True', 'Ready'), notAfter: '2027-01-01T00:00:00Z' });
    expect(await certificatesOf(kubernetes, namespaces.team)).toMatchObject([
      { isReady: true, hosts: ['shop.example.org'], expiresAt: '2027-01-01T00:00:00Z' },
    ]);
  });

  it('External Secrets, of a secret', async () => {
    const secret: Object = {
      ...{ apiVersion: 'external-secrets.io/v1', kind: 'ExternalSecret' },
      metadata: { name: 'keys', namespace: namespaces.team, labels: { 'app.kubernetes.io/instance': 'crashing' } },
      spec: { secretStoreRef: { name: 'vault' }, data: [{ secretKey: 'A', remoteRef: { key: 'a' } }] },
    };
    await admin.create(secret);
    await become(secret, ready('False', 'SecretSyncedError'));
    expect(await externalSecretsOf(kubernetes, namespaces.team, 'crashing')).toMatchObject([
      { name: 'keys', isReady: false, word: 'SecretSyncedError' },
    ]);
  });

  it('CloudNativePG, of a database', async () => {
    const database: Object = {
      ...{ apiVersion: 'postgresql.cnpg.io/v1', kind: 'Database' },
      metadata: { name: 'shop', namespace: namespaces.databases },
      spec: { name: 'shop', owner: 'shop', cluster: { name: 'platform' } },
    };
    await admin.create(database);
    await become(database, { applied: false, message: 'while creating: permission denied' });
    expect(await databaseOf(kubernetes, namespaces.databases, 'shop')).toMatchObject({
      isReady: false,
      reason: 'while creating: permission denied',
    });
    await become(database, { applied: true });
    expect(await databaseOf(kubernetes, namespaces.databases, 'shop')).toMatchObject({ isReady: true });
  });
});
