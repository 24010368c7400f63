import { type Kubernetes, KubernetesFault, type LogOptions } from '../kubernetes';
import { podLogsOf } from './pod-logs';

const AT = '2026-03-01T12:00:00Z';
const question = { namespace: 'a', instance: 'a-b', sinceSeconds: 60, previous: false, lines: 5_000 };

/** Two pods of one container each; logs as the API cuts them: the last lines, and of these the first bytes. */
function clusterWith(logs: Record<string, string[] | KubernetesFault>) {
  const asked: LogOptions[] = [];
  const kubernetes: Partial<Kubernetes> = {
    list: () =>
      Promise.resolve({
        isCut: false,
        items: Object.keys(logs).map((name) => ({
          metadata: { name, namespace: 'a', creationTimestamp: AT },
          spec: { containers: [{ name: 'main' }] },
        })),
      }) as never,
    logs: ({ name }, options) => {
      asked.push(options);
      const found = logs[name];
      if (found instanceof KubernetesFault) return Promise.reject(found);
      const text = (found ?? []).slice(-options.tailLines).join('\n') + '\n';
      return Promise.resolve(Buffer.from(text).subarray(0, options.limitBytes).toString());
    },
  };
  return { kubernetes: kubernetes as Kubernetes, asked };
}

const line = (number: number, length = 0) => `${AT} ${String(number).padStart(5, '0')}${'x'.repeat(length)}`;
const many = (count: number, length: number) => Array.from({ length: count }, (_, number) => line(number, length));

it('has the newest lines of a log that is too large, whole, and says that there are more', async () => {
  const { kubernetes, asked } = clusterWith({ one: many(5_000, 300) });
  const { lines, isCut } = await podLogsOf(kubernetes, question);
  expect(isCut).toBe(true);
  expect(lines.length).toBeGreaterThan(1_000);
  expect(lines[0]?.text).toBe(`04999${'x'.repeat(300)}`);
  expect(new Set(lines.map(({ text }) => text.length))).toEqual(new Set([305]));
  expect(asked.length).toBeLessThanOrEqual(4);
});

it('is not cut where all of it fits', async () => {
  const { lines, isCut } = await podLogsOf(clusterWith({ one: many(20, 10) }).kubernetes, question);
  expect([lines.length, isCut]).toEqual([20, false]);
});

it('goes on without a pod that cannot be read, and names it', async () => {
  const fault = new KubernetesFault('unreachable', 'The kubelet does not answer.');
  const { kubernetes } = clusterWith({ good: [line(1)], lost: fault });
  const { lines, unread } = await podLogsOf(kubernetes, question);
  expect([lines.length, unread]).toEqual([1, [{ container: 'lost/main', fault }]]);
  await expect(podLogsOf(clusterWith({ lost: fault }).kubernetes, question)).rejects.toBe(fault);
});

it('tells a container without such a log apart', async () => {
  const fault = new KubernetesFault('invalid', 'is waiting to start');
  const { silent, unread } = await podLogsOf(clusterWith({ good: [line(1)], new: fault }).kubernetes, question);
  expect([silent, unread]).toEqual([['new/main'], []]);
});
