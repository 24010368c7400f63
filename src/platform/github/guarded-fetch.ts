import { outgoing } from '../tracing';
import { GithubUnavailable } from './github-faults';

/** A page of 100 repositories has about 700 KiB. */
const MOST_BYTES = 8 * 1024 * 1024;
/** Statuses that a Response may not have a body with (Fetch standard). */
const NO_BODY = [204, 205, 304];

export interface FetchGuard {
  /** Scheme, host and port of the servers that credentials may go to. */
  readonly origins: readonly string[];
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
  /** Answers a redirect as it is, for a caller who knows where it may lead, instead of refusing it. */
  readonly tellsRedirects?: boolean;
}

/**
 * A `fetch` that goes to GitHub and nowhere else: a page's link or a redirect to another host would take the credential along.
 * Bounded in time and size. Its errors are GithubUnavailable with Node's word for the cause, never an address.
 */
export function guardedFetch({ origins, timeoutMs, signal, tellsRedirects = false }: FetchGuard): typeof fetch {
  return async (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input);
    if (!origins.includes(url.origin)) throw new GithubUnavailable('its answer leads to another host');
    const timeout = AbortSignal.timeout(timeoutMs);
    const signals = signal ? [timeout, signal] : [timeout];
    try {
      const response = await observed(url, { ...init, redirect: 'manual', signal: AbortSignal.any(signals) });
      if (isRedirect(response) && !tellsRedirects) {
        throw new GithubUnavailable(`it redirects (${response.status}), which is not followed`);
      }
      const { status, headers } = response;
      const body = await readBody(response);
      return new Response(NO_BODY.includes(status) ? null : body, { status, headers });
    } catch (cause) {
      if (cause instanceof GithubUnavailable) throw cause;
      throw new GithubUnavailable(
        timeout.aborted ? `no answer within ${timeoutMs} ms` : `no connection (${wordOf(cause)})`,
      );
    }
  };
}

/** Without `traceparent`: what happens here is none of GitHub's business. */
function observed(url: URL, init: RequestInit): Promise<Response> {
  return outgoing('github', init.method ?? 'GET', async (answered) => {
    const response = await fetch(url, init);
    answered(response.status);
    return response;
  });
}

function isRedirect({ status }: Response): boolean {
  return status >= 300 && status < 400 && status !== 304;
}

async function readBody(response: Response): Promise<Buffer<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    size += chunk.length;
    if (size > MOST_BYTES) throw new GithubUnavailable(`its answer is longer than ${MOST_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** E.g. ECONNREFUSED; never the message, which names addresses inside the network. */
function wordOf(error: unknown): string {
  const { cause } = error as { cause?: { code?: unknown } };
  return typeof cause?.code === 'string' ? cause.code : 'broken off';
}
