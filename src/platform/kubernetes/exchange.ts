import http, { type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import https from 'node:https';
import { once } from 'node:events';
import { isPlain } from '../gitops/values';
import type { Connection, Target } from './connection';
import { outgoing, traceHeaders } from '../tracing';
import { KubernetesFault } from './kubernetes-fault';
import { refusalOf } from './read-status';

/** Far more than a page of what we list; an object is 1.5 MiB at most (etcd's limit). */
export const MOST_BYTES = 64 * 1024 * 1024;

export interface Request {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>;
  readonly body?: { readonly type: string; readonly value: unknown };
  /** The request in words, for messages: "list applications in argocd". */
  readonly doing: string;
  readonly signal?: AbortSignal;
}

/** A 2xx answer, whole. */
export interface Answer {
  /** 204 = there is nothing, which is not the same as an empty text. */
  readonly status: number;
  readonly text: string;
  /** The server's clock when it answered, to the second. */
  readonly date: string | undefined;
}

/**
 * One request and its whole answer.
 * @throws KubernetesFault for everything but a 2xx answer. Whoever aborts by `signal` gets the signal's reason.
 */
export async function exchange(connection: Connection, request: Request, timeoutMs: number): Promise<Answer> {
  await connection.loaded();
  const deadline = AbortSignal.timeout(timeoutMs);
  const signal = request.signal ? AbortSignal.any([deadline, request.signal]) : deadline;
  try {
    const answer = await open(connection, { ...request, signal });
    const { statusCode: status = 0, headers } = answer;
    return { status, text: await readText(answer, request.doing), date: headers.date };
  } catch (error) {
    throw translated(error, request, deadline.aborted ? timeoutMs : undefined);
  }
}

/** One request and the JSON object that answers it. @throws KubernetesFault, `malformed` among others. */
export async function exchangeJson<T>(connection: Connection, request: Request, timeoutMs: number): Promise<T> {
  const { text } = await exchange(connection, request, timeoutMs);
  return objectIn(text, request.doing) as T;
}

/** @throws KubernetesFault `malformed` for what is no JSON object. */
export function objectIn(text: string, doing: string): Record<string, unknown> {
  try {
    const body: unknown = JSON.parse(text);
    if (isPlain(body)) return body;
  } catch {
    // What is no JSON is told below.
  }
  throw malformed(doing);
}

export function malformed(doing: string): KubernetesFault {
  return new KubernetesFault(
    'malformed',
    `What answers is not a Kubernetes API, or was cut off: MCTL cannot ${doing}.`,
  );
}

/**
 * Sends a request and answers as soon as the server begins to.
 * @returns a 2xx answer, its body still to be read.
 * @throws KubernetesFault for a refusal; else whatever the connection throws.
 */
export async function open(connection: Connection, request: Request): Promise<IncomingMessage> {
  const target = await orAborted(connection.target(), request.signal);
  const answer = await outgoing('kubernetes', request.method, async (answered) => {
    const begun = await send(target, request);
    answered(begun.statusCode ?? 0);
    return begun;
  });
  const { statusCode: status = 0, headers } = answer;
  if (status >= 200 && status < 300) return answer;
  if (status === 401) connection.forget();
  const text = await readText(answer, request.doing);
  throw refusalOf({ status, text, retryAfter: headerOf(headers, 'retry-after') }, request.doing);
}

/** A plugin of the kubeconfig may never end. */
async function orAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return work;
  const left = new AbortController();
  const aborted = once(signal, 'abort', { signal: left.signal }).then(() => Promise.reject(signal.reason as Error));
  try {
    signal.throwIfAborted();
    return await Promise.race([work, aborted]);
  } finally {
    aborted.catch(() => undefined);
    left.abort();
  }
}

async function send(
  { server, options }: Target,
  { method, path, query, body, signal }: Request,
): Promise<IncomingMessage> {
  const url = new URL(`${server}${path}`);
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value !== undefined) url.searchParams.set(name, String(value));
  }
  const content = body && Buffer.from(JSON.stringify(body.value));
  const headers = {
    ...options.headers,
    accept: 'application/json, */*',
    'user-agent': 'mctl',
    ...traceHeaders(),
    ...(content && { 'content-type': body.type, 'content-length': content.length }),
  };
  const sender = url.protocol === 'http:' ? http : https;
  const outgoing = sender.request(url, { ...options, method, headers, signal });
  // What happens after the answer has begun is told by its body; without a listener it would end the process.
  outgoing.on('error', () => undefined);
  const answered = once(outgoing, 'response');
  outgoing.end(content);
  const [answer] = (await answered) as [IncomingMessage];
  return answer;
}

async function readText(answer: IncomingMessage, doing: string): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MOST_BYTES) {
      answer.destroy();
      throw new KubernetesFault(
        'malformed',
        `The cluster’s answer is longer than ${MOST_BYTES} bytes: MCTL cannot ${doing}.`,
      );
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** What a connection threw, as a fault. @param waitedMs set where our own deadline ended it. */
export function translated(error: unknown, { doing, signal }: Request, waitedMs?: number): unknown {
  if (error instanceof KubernetesFault) return error;
  if (signal?.aborted) return signal.reason;
  if (waitedMs !== undefined) {
    return new KubernetesFault('timeout', `The cluster did not answer within ${waitedMs} ms, so MCTL cannot ${doing}.`);
  }
  const code = codeOf(error);
  return new KubernetesFault(
    'unreachable',
    `There is no connection to the cluster (${code}), so MCTL cannot ${doing}.`,
  );
}

/** Node's word for what went wrong, e.g. ECONNREFUSED; never the message, which names addresses inside of the network. */
export function codeOf(error: unknown): string {
  const { code } = error as { code?: unknown };
  return typeof code === 'string' ? code : 'broken off';
}

function headerOf(headers: IncomingHttpHeaders, name: string): string | undefined {
  const value = headers[name];
  return typeof value === 'string' ? value : undefined;
}
