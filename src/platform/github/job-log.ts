/** What of a log is looked at at all; a build that writes more has its end cut off. */
const MOST_BYTES = 64 * 1024 * 1024;
const TAIL_BYTES = 16 * 1024;

/**
 * The end of a job's log. GitHub answers with the address of a storage of its own, good for a minute: it is followed once, over TLS or on the
 * API's own host, and the token does not go along.
 * @returns undefined where there is none, or it cannot be had: a log that is missing must not hide the failure that it is about.
 */
export async function logTail(
  url: string,
  token: string,
  { timeoutMs, signal }: { timeoutMs: number; signal: AbortSignal },
): Promise<string | undefined> {
  const bounded = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
  try {
    const first = await fetch(url, {
      ...{ redirect: 'manual' as const, signal: bounded },
      headers: { authorization: `Bearer ${token}`, 'user-agent': 'mctl' },
    });
    await first.body?.cancel();
    const target = new URL(first.headers.get('location') ?? '');
    if (target.protocol !== 'https:' && target.origin !== new URL(url).origin) return undefined;
    const answer = await fetch(target, { redirect: 'error', signal: bounded });
    return answer.ok ? await tailOf(answer) : undefined;
  } catch {
    if (signal.aborted) throw signal.reason;
    return undefined;
  }
}

async function tailOf(answer: Response): Promise<string> {
  let tail = Buffer.alloc(0);
  let size = 0;
  for await (const chunk of (answer.body ?? []) as AsyncIterable<Uint8Array>) {
    size += chunk.length;
    if (size > MOST_BYTES) break;
    tail = Buffer.concat([tail, chunk]).subarray(-TAIL_BYTES);
  }
  return tail.toString('utf8').replace(/^[^\n]*\n/, (first) => (size > TAIL_BYTES ? '' : first));
}
