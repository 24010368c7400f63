import { outgoing, traceHeaders } from '../../tracing';
import { faultOf, VaultUnavailable } from './vault-faults';

/** More than the values of any service: sixteen of 64 KiB each, and JSON's escapes. */
const MOST_BYTES = 16 * 1024 * 1024;

export interface VaultPlace {
  /** Without a slash at the end. */
  readonly address: string;
  readonly namespace?: string;
  readonly timeoutMs: number;
}

export interface VaultRequest {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** Below /v1. Each is one segment and is encoded as such. */
  readonly path: readonly string[];
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

export interface VaultAnswer {
  readonly status: number;
  /** The parsed body; undefined where there is none. */
  readonly body: unknown;
}

/**
 * One request, bounded in time and size; redirects are not followed, as the token is for the server that was configured.
 * @throws VaultUnavailable for whatever is no answer; 400 and 404 are answers.
 */
export async function askVault(place: VaultPlace, request: VaultRequest, token?: string): Promise<VaultAnswer> {
  const signal = AbortSignal.timeout(place.timeoutMs);
  const response = await send(place, request, { token, signal });
  const fault = faultOf(response.status);
  if (fault !== undefined) {
    await response.body?.cancel();
    const wait = Number(response.headers.get('retry-after'));
    throw new VaultUnavailable(fault, `status ${response.status}`, {
      ...(Number.isInteger(wait) && wait > 0 && { retryAfterSeconds: Math.min(wait, 3_600) }),
    });
  }
  try {
    return { status: response.status, body: await parsedBody(response) };
  } catch (cause) {
    throw cause instanceof VaultUnavailable ? cause : unreachable(cause, signal);
  }
}

interface Sending {
  readonly token?: string;
  readonly signal: AbortSignal;
}

function send(place: VaultPlace, request: VaultRequest, sending: Sending): Promise<Response> {
  return outgoing('vault', request.method, async (answered) => {
    const response = await sendUnobserved(place, request, sending);
    answered(response.status);
    return response;
  });
}

async function sendUnobserved(
  place: VaultPlace,
  { method, path, query, body }: VaultRequest,
  { token, signal }: Sending,
): Promise<Response> {
  const search = query === undefined ? '' : `?${new URLSearchParams(query).toString()}`;
  const headers = {
    Accept: 'application/json',
    ...traceHeaders(),
    // Agents and proxies of Vault refuse requests without it (SSRF protection).
    'X-Vault-Request': 'true',
    ...(place.namespace !== undefined && { 'X-Vault-Namespace': place.namespace }),
    ...(token !== undefined && { 'X-Vault-Token': token }),
    ...(body !== undefined && {
      'Content-Type': method === 'PATCH' ? 'application/merge-patch+json' : 'application/json',
    }),
  };
  const url = `${place.address}/v1/${encodedPath(path)}${search}`;
  try {
    return await fetch(url, {
      ...{ method, headers, signal, redirect: 'manual' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  } catch (cause) {
    throw unreachable(cause, signal);
  }
}

/** @throws TypeError for a segment that would be read as another path. */
function encodedPath(segments: readonly string[]): string {
  return segments
    .map((segment) => {
      if (segment === '' || segment === '.' || segment === '..') throw new TypeError('no segment of a path');
      return encodeURIComponent(segment);
    })
    .join('/');
}

async function parsedBody(response: Response): Promise<unknown> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    size += chunk.length;
    if (size > MOST_BYTES) throw new VaultUnavailable('vault_failed', 'an answer that is too long');
    chunks.push(chunk);
  }
  const text = Buffer.concat(chunks).toString('utf8');
  if (text === '') return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    // Its message would repeat a piece of the body.
    throw new VaultUnavailable('vault_failed', `status ${response.status} without JSON`);
  }
}

/** Node's word for it, e.g. ECONNREFUSED; never the message, which names addresses inside the network. */
function unreachable(error: unknown, signal: AbortSignal): VaultUnavailable {
  const { cause } = error as { cause?: { code?: unknown } };
  const word = typeof cause?.code === 'string' ? cause.code : 'broken off';
  return new VaultUnavailable('vault_unreachable', signal.aborted ? 'no answer in time' : word);
}
