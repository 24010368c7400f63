import type { RebuildReport } from '../../platform/audit/rebuild/rebuild-report';
import { counted } from './counted';

/** A rebuild for people: what is there again, and what is not. */
export function renderRebuild(report: RebuildReport): string {
  const { dry_run: isDryRun, commit, operations, other_commits: others } = report;
  if (operations === 0) return `No commit of the branch was made by an operation: there is nothing to restore.\n`;
  const lines = [
    `${isDryRun ? 'Would restore' : 'Restored'} ${counted(operations, 'operation')} from the branch at ${commit ?? ''} ` +
      `(${counted(others, 'commit')} of others) in ${report.seconds} s.`,
    ...repetitions(report),
    'Not restored:',
    ...lostEntries(report),
    ...report.not_restored.map((what) => `  ${what}`),
    ...(isDryRun ? ['Nothing was written.'] : ['mctl audit verify compares the result with the branch.']),
  ];
  return `${lines.join('\n')}\n`;
}

function repetitions({ repeated_commits: commits, repeated_keys: keys }: RebuildReport): string[] {
  return [
    ...(commits > 0 ? [`Left out ${counted(commits, 'commit')} with the Operation-Id of an earlier one.`] : []),
    ...(keys > 0
      ? [`Left out ${counted(keys, 'idempotency key')} that an earlier operation of the same caller has.`]
      : []),
  ];
}

function lostEntries({ lost_chain: chain, lost_entries_at_least: count }: RebuildReport): string[] {
  if (!chain || count === 0) return [];
  return [
    `  at least ${counted(count, 'audit entry', 'audit entries')} of the ${chain.seq} that the newest commit names`,
  ];
}
