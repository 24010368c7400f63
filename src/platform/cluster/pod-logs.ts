import { isFault, type Kubernetes } from '../kubernetes';
import { type PodState, podsOf } from './pods';

/** Of one container: enough to filter in, and no more memory than that. */
const BYTES = 512 * 1024;
/** Pods whose logs one answer is made of, the newest. */
const PODS = 10;

export interface LogQuestion {
  readonly namespace: string;
  /** Full name that chart `service` labels the pods with. */
  readonly instance: string;
  readonly sinceSeconds: number;
  /** Of the run before the last restart. */
  readonly previous: boolean;
  /** Most lines to read of each container. */
  readonly lines: number;
}

/** One line as a program wrote it: foreign text, not cleaned yet. */
export interface RawLine {
  readonly at: string;
  readonly pod: string;
  readonly container: string;
  readonly text: string;
}

export interface RawLogs {
  readonly lines: readonly RawLine[];
  /** There may be more than was read. */
  readonly isCut: boolean;
  readonly pods: number;
  /** Containers that have no such log: not started yet, or never restarted. */
  readonly silent: readonly string[];
}

interface Source {
  readonly pod: PodState;
  readonly container: string;
}

/** Lines of all containers of a service, newest first. @throws KubernetesFault. */
export async function podLogsOf(kubernetes: Kubernetes, question: LogQuestion): Promise<RawLogs> {
  const all = await podsOf(kubernetes, question.namespace, question.instance);
  const pods = all.slice(0, PODS);
  const sources = pods.flatMap((pod) => pod.containers.map(({ name: container }) => ({ pod, container })));
  const logs = await Promise.all(sources.map((source) => readOne(kubernetes, question, source)));
  const lines = logs.flatMap((log) => log ?? []).sort((a, b) => (a.at > b.at ? -1 : a.at < b.at ? 1 : 0));
  return {
    lines,
    isCut: pods.length < all.length || logs.some((log) => (log?.length ?? 0) >= question.lines),
    pods: all.length,
    silent: sources
      .filter((_, index) => logs[index] === undefined)
      .map(({ pod, container }) => `${pod.name}/${container}`),
  };
}

/** Undefined where the container has no such log, which the API answers with 400, or the pod has gone meanwhile. */
async function readOne(
  kubernetes: Kubernetes,
  { namespace, sinceSeconds, previous, lines }: LogQuestion,
  { pod, container }: Source,
): Promise<RawLine[] | undefined> {
  const options = { container, previous, tailLines: lines, limitBytes: BYTES };
  try {
    // The moment of the last restart may be long ago: its log is wanted all the same.
    const since = previous ? {} : { sinceSeconds };
    const text = await kubernetes.logs({ namespace, name: pod.name }, { ...options, ...since });
    return text
      .split('\n')
      .flatMap((line) => readLine(line, pod.name, container))
      .reverse();
  } catch (error) {
    if (isFault(error, 'invalid', 'absent')) return undefined;
    throw error;
  }
}

/** `2026-03-01T12:00:00.123456789Z text`, as `timestamps=true` makes it. */
function readLine(line: string, pod: string, container: string): RawLine[] {
  const [, at, text] = /^(\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d)) (.*)$/s.exec(line) ?? [];
  return at === undefined || text === undefined ? [] : [{ at, pod, container, text }];
}
