import type { Verification } from '../../platform/audit/verify/verification';
import { counted } from './counted';

/** More would scroll the summary away; --json has them. */
const SHOWN_FINDINGS = 50;

/** A verification for people: what was looked at, then what is wrong. */
export function renderVerification(verification: Verification): string {
  const { ok, since, findings, findings_total: total } = verification;
  const lines = [
    ...(since === null ? [] : [`since ${since}; what came before was not looked at`]),
    ...entryLines(verification),
    ...commitLines(verification),
    ok ? 'All of it agrees.' : `${counted(total, 'finding')}:`,
    ...findings
      .slice(0, SHOWN_FINDINGS)
      .flatMap(({ code, what, means, fix }) => ['', `${code}: ${what}`, `  ${means}`, `  fix: ${fix}`]),
    ...(total > SHOWN_FINDINGS ? ['', `and ${total - SHOWN_FINDINGS} more; --json lists them`] : []),
  ];
  return `${lines.join('\n')}\n`;
}

function entryLines({
  entries,
  entries_per_second: rate,
  head,
  operations,
  open_operations: open,
}: Verification): string[] {
  return [
    `${counted(entries, 'audit entry', 'audit entries')} (${rate} a second), head ${head.seq} ${head.hash.slice(0, 12)}`,
    `${counted(operations, 'operation')}${open > 0 ? `, ${open} not ended yet` : ''}`,
  ];
}

function commitLines({ commits, other_commits: others, commit, anchors, rebuilt }: Verification): string[] {
  const branch = commit === null ? 'the branch is empty' : `branch at ${commit.slice(0, 12)}`;
  return [
    `${counted(commits, 'commit')} of operations, ${others} of others; ${branch}`,
    `${counted(anchors.held, 'commit')} anchored in the chain` +
      (anchors.before_rebuild > 0 ? `, ${anchors.before_rebuild} in the chain before the rebuild` : '') +
      (anchors.none > 0 ? `, ${anchors.none} of a version without anchors` : ''),
    ...(rebuilt
      ? [
          `rebuilt from git by ${rebuilt.by} at ${rebuilt.at}: entries up to commit ${rebuilt.commit?.slice(0, 12) ?? ''} are from there`,
        ]
      : []),
  ];
}
