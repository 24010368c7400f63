import { Refused } from './status';

export interface PodLog {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
  /** Of the run before the last restart. */
  readonly previous?: boolean;
  readonly lines: readonly { readonly at: string; readonly text: string }[];
}

export function readLog(
  logs: readonly PodLog[],
  { namespace, pod }: { namespace: string; pod: string },
  query: URLSearchParams,
): string {
  const container = query.get('container') ?? '';
  const previous = query.get('previous') === 'true';
  const found = logs.find(
    (log) =>
      log.namespace === namespace &&
      log.pod === pod &&
      (container === '' || log.container === container) &&
      (log.previous ?? false) === previous,
  );
  if (!found) {
    const text = previous
      ? `previous terminated container "${container}" in pod "${pod}" not found`
      : `container "${container}" in pod "${pod}" is waiting to start: ContainerCreating`;
    throw new Refused(400, 'BadRequest', text);
  }
  const since = Number(query.get('sinceSeconds') ?? Number.POSITIVE_INFINITY);
  const tail = Number(query.get('tailLines') ?? found.lines.length);
  const lines = found.lines
    .filter(({ at }) => Date.now() - Date.parse(at) <= since * 1_000)
    .slice(tail === 0 ? found.lines.length : -tail)
    .map(({ at, text }) => (query.get('timestamps') === 'true' ? `${at} ${text}` : text));
  const text = lines.map((line) => `${line}\n`).join('');
  // As the kubelet does: bytes are counted from the oldest line on.
  return Buffer.from(text)
    .subarray(0, Number(query.get('limitBytes') ?? Number.POSITIVE_INFINITY))
    .toString();
}
