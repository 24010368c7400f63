import type { AuditRow } from '../../store';

/** What the trail says of the first commits of operations that have a second one (ADR 14). */
export function firstCommits(entries: readonly AuditRow[]): AuditRow[] {
  return entries.filter(({ event }) => event === 'committed');
}

export function isFirst(sha: string, entries: readonly AuditRow[]): boolean {
  return firstCommits(entries).some(({ commit }) => commit === sha);
}
