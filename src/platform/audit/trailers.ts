import type { LogEntry } from '../gitops';

/** First value of a trailer; undefined where the commit does not have it, or has it empty. */
export function trailerOf({ trailers }: Pick<LogEntry, 'trailers'>, key: string): string | undefined {
  return trailers.find(([name, value]) => name === key && value !== '')?.[1];
}
