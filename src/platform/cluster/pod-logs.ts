import { isFault, type Kubernetes, type KubernetesFault } from '../kubernetes';
import { type PodState, podsOf } from './pods';

/** Of one container: enough to filter in, and no more memory than that. */
const BYTES = 512 * 1024;
/** How often fewer lines are asked for, until the newest of them fit. */
const TRIES = 4;
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
  /** Containers that have no such log: not started yet, never restarted, or gone. */
  readonly silent: readonly string[];
  /** Containers whose log could not be read, while others' could. */
  readonly unread: readonly { readonly container: string; readonly fault: KubernetesFault }[];
}

/** What one container has; undefined where it has no such log. */
type OneLog = { readonly lines: RawLine[]; readonly isCut: boolean } | undefined;

interface Source {
  readonly pod: PodState;
  readonly container: string;
}

/** Lines of all containers of a service, newest first. @throws KubernetesFault where none of them could be read. */
export async function podLogsOf(kubernetes: Kubernetes, question: LogQuestion): Promise<RawLogs> {
  const all = await podsOf(kubernetes, question.namespace, question.instance);
  const pods = all.slice(0, PODS);
  const sources = pods.flatMap((pod) => pod.containers.map(({ name: container }) => ({ pod, container })));
  const answers = await Promise.allSettled(sources.map((source) => readOne(kubernetes, question, source)));
  const unread: { container: string; fault: KubernetesFault }[] = [];
  const silent: string[] = [];
  const logs: NonNullable<OneLog>[] = [];
  for (const [index, answer] of answers.entries()) {
    const container = wordsOf(sources[index] as Source);
    if (answer.status === 'fulfilled') {
      if (answer.value) logs.push(answer.value);
      else silent.push(container);
    } else if (isFault(answer.reason)) unread.push({ container, fault: answer.reason });
    else throw answer.reason;
  }
  const [first] = unread;
  if (first && unread.length === sources.length) throw first.fault;
  return {
    lines: logs.flatMap(({ lines }) => lines).sort((a, b) => (a.at > b.at ? -1 : a.at < b.at ? 1 : 0)),
    isCut: pods.length < all.length || logs.some(({ isCut }) => isCut),
    pods: all.length,
    silent,
    unread,
  };
}

function wordsOf({ pod, container }: Source): string {
  return `${pod.name}/${container}`;
}

/** Undefined where the container has no such log, which the API answers with 400, or the pod has gone meanwhile. */
async function readOne(
  kubernetes: Kubernetes,
  { namespace, sinceSeconds, previous, lines }: LogQuestion,
  { pod, container }: Source,
): Promise<OneLog> {
  // The moment of the last restart may be long ago: its log is wanted all the same.
  const options = { container, previous, limitBytes: BYTES, ...(!previous && { sinceSeconds }) };
  const read = (tailLines: number) => kubernetes.logs({ namespace, name: pod.name }, { ...options, tailLines });
  try {
    const { texts, isCut } = await newest(read, lines);
    return { lines: texts.flatMap((line) => readLine(line, pod.name, container)).reverse(), isCut };
  } catch (error) {
    if (isFault(error, 'invalid', 'absent')) return undefined;
    throw error;
  }
}

/** Where the limit of bytes is met, the API leaves out the newest lines: fewer are asked for then, until they fit. */
async function newest(
  read: (tailLines: number) => Promise<string>,
  most: number,
): Promise<{ texts: string[]; isCut: boolean }> {
  let tail = most;
  for (let attempt = 1; ; attempt++) {
    const text = await read(tail);
    const texts = text.split('\n');
    const isFull = Buffer.byteLength(text) >= BYTES;
    // The last one is empty, or a line that was broken off.
    texts.pop();
    if (!isFull) return { texts, isCut: attempt > 1 || texts.length >= most };
    if (attempt === TRIES || tail === 1) return { texts, isCut: true };
    tail = Math.max(1, Math.floor(Math.min(tail, texts.length) * 0.7));
  }
}

/** `2026-03-01T12:00:00.123456789Z text`, as `timestamps=true` makes it. */
function readLine(line: string, pod: string, container: string): RawLine[] {
  const [, at, text] = /^(\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d)) (.*)$/s.exec(line) ?? [];
  return at === undefined || text === undefined ? [] : [{ at, pod, container, text }];
}
