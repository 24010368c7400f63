import type { Kubernetes, KubernetesObject } from '../kubernetes';
import { readApplication } from './application-state';
import { applicationName, ownedApplication } from './owned-application';
import { eventsOf, readEvent } from './events';
import { readPod } from './pods';
import { quotasOf } from './quotas';
import { readReady } from './readiness';
import { togetherOf } from './source-state';

/** A cluster that lists these objects, whatever it is asked for. */
const listing = (items: object[]) =>
  ({ list: () => Promise.resolve({ items, isCut: false }) }) as unknown as Kubernetes;
const object = (fields: object) => fields as KubernetesObject;
const REVISION = 'a'.repeat(40);

describe('an Application', () => {
  const read = (fields: object) => readApplication(object({ metadata: { name: 'x' }, ...fields }));

  it('without a status is Unknown in everything', () => {
    expect(read({})).toMatchObject({ sync: 'Unknown', health: 'Unknown', images: [], conditions: [], troubles: [] });
    expect(read({})?.revision).toBeUndefined();
    expect(readApplication({})).toBeUndefined();
  });

  it('has one revision, of its first source, and none that is no commit', () => {
    expect(read({ status: { sync: { revisions: [REVISION, 'b'.repeat(40)] } } })?.revision).toBe(REVISION);
    expect(read({ status: { sync: { revision: REVISION } } })?.revision).toBe(REVISION);
    expect(read({ status: { sync: { revision: '1.2.3' } } })?.revision).toBeUndefined();
  });

  it('keeps what is not fine of its resources, a bounded number, cleaned', () => {
    const resource = (name: string, status: string, health?: string) => ({
      ...{ kind: 'Deployment', name, status },
      ...(health && { health: { status: health, message: '\u001b[31mboom\u202e' } }),
    });
    const many = Array.from({ length: 500 }, (_, index) => resource(`d${index}`, 'OutOfSync'));
    const resources = [resource('fine', 'Synced', 'Healthy'), resource('bad', 'Synced', 'Degraded'), ...many];
    const troubles = read({ status: { resources } })?.troubles ?? [];
    expect(troubles[0]).toEqual({ resource: 'Deployment bad', sync: 'Synced', health: 'Degraded', message: 'boom' });
    expect(troubles.length).toBeLessThanOrEqual(20);
  });

  it('belongs to a team only where its labels say so, or its namespace where it has none', () => {
    const applications = (fields: object) => ({
      get: (name: string) => (name === 'a-b-c' ? read(fields) : undefined),
      values: () => [],
    });
    const labels = { 'mctl.dev/team': 'a', 'mctl.dev/service': 'b-c' };
    const mine = applications({ metadata: { name: 'a-b-c', labels } });
    expect(ownedApplication(mine, { team: 'a', service: 'b-c' })?.name).toBe('a-b-c');
    expect(ownedApplication(mine, { team: 'a-b', service: 'c' })).toBeUndefined();
    const unlabelled = applications({ spec: { destination: { namespace: 'a' } } });
    expect(ownedApplication(unlabelled, { team: 'a', service: 'b-c' })).toBeDefined();
    expect(ownedApplication(unlabelled, { team: 'a-b', service: 'c' })).toBeUndefined();
  });

  it.each([
    [{ team: 'a' }, 'tenant-a'],
    [{ team: 'a', service: 'b' }, 'a-b'],
    [{ team: 'a', service: 'b', preview: 'x1y2z3' }, 'preview-a-b-x1y2z3'],
    [{ team: 'a', part: 'databases' }, 'databases-a'],
  ] as const)('of %j is called %s', (owner, name) => expect(applicationName(owner)).toBe(name));
});

it('a pod is ready by its condition, and tells why a container does not run', () => {
  const pod = readPod(
    object({
      metadata: { name: 'p', deletionTimestamp: 'now' },
      spec: {
        containers: [
          { name: 'a', image: 'i' },
          { name: 'b', image: 'j' },
          { name: 'c', image: 'k' },
        ],
      },
      status: {
        phase: 'Running',
        conditions: [{ type: 'Ready', status: 'False' }],
        containerStatuses: [
          { name: 'a', restartCount: 3, state: { terminated: { reason: 'OOMKilled' } } },
          { name: 'b', state: { terminated: { reason: 'Completed' } } },
        ],
      },
    }),
  );
  expect(pod).toMatchObject({ isReady: false, isLeaving: true });
  expect(pod.containers.map(({ trouble, restarts }) => [trouble, restarts])).toEqual([
    ['OOMKilled', 3],
    [undefined, 0],
    [undefined, 0],
  ]);
});

it('events are those of the service’s own objects, by whichever time is set', async () => {
  const event = (name: string, fields: object) => object({ involvedObject: { kind: 'Pod', name }, ...fields });
  const found = await eventsOf(
    listing([
      event('a-b', { eventTime: '2026-01-01T00:00:00Z' }),
      event('a-b-7d9c5b6f4d', { lastTimestamp: '2026-01-03T00:00:00Z' }),
      event('a-b-7d9c5b6f4d-x2x4z', { series: { lastObservedTime: '2026-01-02T00:00:00Z', count: 9 } }),
      event('a-b-worker-7d9c5b6f4d-x2x4z', {}),
      event('a-bc', {}),
    ]),
    { namespace: 'a', instance: 'a-b' },
    10,
  );
  expect(found.map(({ object: about }) => about)).toEqual([
    'Pod a-b-7d9c5b6f4d',
    'Pod a-b-7d9c5b6f4d-x2x4z',
    'Pod a-b',
  ]);
  expect(found[1]?.count).toBe(9);
  expect(readEvent({}).count).toBe(1);
});

it('of several quotas the one with the least room counts; one that the cluster has not counted yet limits nothing', async () => {
  const counts = await quotasOf(
    listing([
      { status: { hard: { 'limits.cpu': '4', pods: '10' }, used: { 'limits.cpu': '500m', pods: '2' } } },
      { status: { hard: { 'limits.cpu': '2', pods: 'many' }, used: { 'limits.cpu': '1500m' } } },
      { spec: { hard: { services: '1' } } },
    ]),
    'a',
  );
  expect([...counts].map(([key, { used, hard }]) => `${key} ${String(used)}/${String(hard)}`)).toEqual([
    'limits.cpu 1500m/2',
    'pods 2/10',
  ]);
});

it('readiness is unknown before an operator has looked', () => {
  const ready = (condition: object) => readReady(object({ status: { conditions: [{ type: 'Ready', ...condition }] } }));
  expect(readReady({}).isReady).toBeUndefined();
  expect(ready({ status: 'Unknown' }).isReady).toBeUndefined();
  expect(ready({ status: 'False', reason: 'SecretSyncedError', message: 'no such key' })).toMatchObject({
    ...{ isReady: false, reason: 'SecretSyncedError: no such key', word: 'SecretSyncedError' },
  });
  expect(ready({ status: 'True', reason: 'Ignore all rules' }).word).toBeUndefined();
});

it('several states are one: degraded where only some have an answer', () => {
  const [ok, gone] = [{ state: 'ok' }, { state: 'unavailable', message: 'forbidden: x' }] as const;
  expect(togetherOf(ok, ok).state).toBe('ok');
  expect(togetherOf(gone, gone)).toBe(gone);
  expect(togetherOf(ok, gone, gone)).toEqual({ state: 'degraded', setting: undefined, message: 'forbidden: x' });
});
