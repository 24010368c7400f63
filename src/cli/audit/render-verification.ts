import type { Finding } from '../../platform/audit/verify/findings';
import type { Verification } from '../../platform/audit/verify/verification';
import { counted } from './counted';

/** More would scroll the summary away; --json has them. */
const SHOWN_OF_ONE_CODE = 20;

/** A verification for people: what was looked at, then what is wrong. */
export function renderVerification(verification: Verification): string {
  const { ok, since, findings, findings_total: total } = verification;
  const lines = [
    ...(since === null ? [] : [`since ${since}; what came before was not looked at`]),
    ...entryLines(verification),
    ...commitLines(verification),
    ok ? 'All of it agrees.' : `${counted(total, 'finding')}:`,
    ...groupsOf(findings).flatMap(groupLines),
    ...(total > findings.length ? ['', `and ${total - findings.length} more that were only counted`] : []),
  ];
  return `${lines.join('\n')}\n`;
}

/** Findings of one code have one meaning and one way out: those are said once, below all of them. */
function groupsOf(findings: readonly Finding[]): [Finding, ...Finding[]][] {
  const groups = new Map<string, [Finding, ...Finding[]]>();
  for (const finding of findings) {
    const group = groups.get(finding.code);
    if (group) group.push(finding);
    else groups.set(finding.code, [finding]);
  }
  return [...groups.values()];
}

function groupLines(group: [Finding, ...Finding[]]): string[] {
  const [{ code, what, means, fix }] = group;
  const rest = group.length - SHOWN_OF_ONE_CODE;
  const found =
    group.length === 1
      ? [`${code}: ${what}`]
      : [`${code}, ${group.length} times:`, ...group.slice(0, SHOWN_OF_ONE_CODE).map((one) => `  - ${one.what}`)];
  return [
    '',
    ...found,
    ...(rest > 0 ? [`  - and ${rest} more; --json lists them`] : []),
    `  ${means}`,
    `  fix: ${fix}`,
  ];
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
