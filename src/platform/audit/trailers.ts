import type { LogEntry } from '../gitops';

type Trailers = Pick<LogEntry, 'trailers'>;

/** First value of a trailer; undefined where the commit does not have it, or has it empty. */
export function trailerOf({ trailers }: Trailers, key: string): string | undefined {
  return trailers.find(([name, value]) => name === key && value !== '')?.[1];
}

/** Trailers that git takes for this key. It ignores case, and MCTL never writes another: `operation-id` is somebody else's. */
export function lookalikesOf({ trailers }: Trailers, key: string): LogEntry['trailers'] {
  return trailers.filter(([name]) => name.toLowerCase() === key.toLowerCase());
}

/** Whether the key is there more than once, or spelled in a way of its own. MCTL writes each once at most. */
export function isMiswritten(commit: Trailers, key: string): boolean {
  const found = lookalikesOf(commit, key);
  return found.length > 1 || found.some(([name]) => name !== key);
}
