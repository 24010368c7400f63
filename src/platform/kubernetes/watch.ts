import { isPlain } from '../gitops/values';
import type { Connection } from './connection';
import { open, type Request, translated } from './exchange';
import { KubernetesFault } from './kubernetes-fault';
import { linesOf } from './lines';
import { refusalOf } from './read-status';
import type { KubernetesObject } from './resource';

export interface WatchEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK';
  readonly object: KubernetesObject;
}

const TYPES = new Set(['ADDED', 'MODIFIED', 'DELETED', 'BOOKMARK']);
/** Longer than the server keeps a watch open, so that only a connection that died silently is cut by us. */
const GRACE_MS = 15_000;

export interface WatchOptions {
  /** How long the server shall keep it open. */
  readonly seconds: number;
  /** How long it may take until the answer begins. */
  readonly timeoutMs: number;
  /** Called once the server has accepted it. */
  readonly opened?: () => void;
}

/**
 * Changes since `resourceVersion`, until the server ends the watch, as it does every few minutes.
 * @throws KubernetesFault, `expired` where the version is too old: the API says so by an event with code 410 and not by its status.
 */
export async function* watch(
  connection: Connection,
  request: Request,
  options: WatchOptions,
): AsyncGenerator<WatchEvent> {
  const ended = new AbortController();
  const stop = (): void => ended.abort(request.signal?.reason);
  request.signal?.addEventListener('abort', stop, { once: true });
  let waited = options.timeoutMs;
  const cut = setTimeout(stop, options.timeoutMs).unref();
  try {
    if (request.signal?.aborted) stop();
    const query = { ...request.query, watch: true, allowWatchBookmarks: true, timeoutSeconds: options.seconds };
    const answer = await open(connection, { ...request, query, signal: ended.signal });
    clearTimeout(cut);
    options.opened?.();
    waited = options.seconds * 1_000 + GRACE_MS;
    const silence = setTimeout(stop, waited).unref();
    try {
      for await (const line of linesOf(answer)) yield readEvent(line, request.doing);
    } finally {
      clearTimeout(silence);
      answer.destroy();
    }
  } catch (error) {
    throw translated(error, request, ended.signal.aborted ? waited : undefined);
  } finally {
    clearTimeout(cut);
    request.signal?.removeEventListener('abort', stop);
    ended.abort();
  }
}

function readEvent(line: string, doing: string): WatchEvent {
  const event = parse(line);
  if (!isPlain(event) || !isPlain(event.object)) throw malformed(doing);
  if (event.type === 'ERROR') {
    const { code } = event.object;
    throw refusalOf({ status: typeof code === 'number' ? code : 500, text: JSON.stringify(event.object) }, doing);
  }
  if (typeof event.type !== 'string' || !TYPES.has(event.type)) throw malformed(doing);
  return event as unknown as WatchEvent;
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function malformed(doing: string): KubernetesFault {
  return new KubernetesFault(
    'malformed',
    `What the cluster sent is no event of a Kubernetes API: MCTL cannot ${doing}.`,
  );
}
