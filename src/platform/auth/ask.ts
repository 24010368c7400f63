/** What an identity provider answered. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Buffer;
}

export interface AskOptions {
  readonly timeoutMs: number;
  readonly maxBytes: number;
  readonly headers?: Readonly<Record<string, string>>;
}

/** No answer to rely on. The reason goes on after "cannot be asked: "; it holds no address and nothing of a credential. */
export class NoAnswer extends Error {
  constructor(readonly reason: string) {
    super(reason);
    this.name = NoAnswer.name;
  }
}

/**
 * One GET, bounded in time and size. Redirects are not followed: they would take the credential to whoever is named there, or turn
 * the address that the configuration names into another one.
 * @throws NoAnswer
 */
export async function ask(url: URL, { timeoutMs, maxBytes, headers }: AskOptions): Promise<Answer> {
  const timeout = AbortSignal.timeout(timeoutMs);
  try {
    const response = await fetch(url, { headers, redirect: 'manual', signal: timeout });
    if (response.status >= 300 && response.status < 400) {
      throw new NoAnswer(`it redirects (${response.status}), which is not followed`);
    }
    return { status: response.status, headers: response.headers, body: await bodyOf(response, maxBytes) };
  } catch (error) {
    if (error instanceof NoAnswer) throw error;
    throw new NoAnswer(timeout.aborted ? `no answer within ${timeoutMs} ms` : `no connection (${wordOf(error)})`);
  }
}

/** @throws NoAnswer for what is no JSON. */
export function jsonOf({ body }: Answer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    throw new NoAnswer('its answer is no JSON');
  }
}

async function bodyOf(response: Response, maxBytes: number): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    size += chunk.length;
    if (size > maxBytes) throw new NoAnswer(`its answer is longer than ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** E.g. ECONNREFUSED; never the message, which names addresses inside the network. */
function wordOf(error: unknown): string {
  const { cause } = error as { cause?: { code?: unknown } };
  return typeof cause?.code === 'string' ? cause.code : 'broken off';
}
