import type { SettingValues } from '../../platform/config/settings';
import { digestOf } from '../../platform/crypto';
import type { World } from '../../platform/gitops';
import { foreignLine, foreignPairs, foreignText } from '../../platform/text/foreign-text';
import { LIMITS } from '../incident';
import type { Cleared, Firing, Report } from '../report';
import type { RunEvent } from './github.payload';
import { repositoryOwner } from './repository-owner.policy';

const SOURCE = 'github';
const FAILURES: readonly (string | null | undefined)[] = ['failure', 'timed_out', 'startup_failure'];
const PAIRS = { pairs: 20, key: 60, value: 500 };

export interface RunContext {
  readonly world: World;
  readonly settings: Pick<SettingValues, 'githubRepositories'>;
  /** Teams that the repository was granted to, the first one first. */
  readonly granted: readonly string[];
  readonly now: Date;
}

/**
 * What the end of a workflow's run says of its service: a failure is an incident of that workflow on that branch, the next success ends
 * it. Text: why it says nothing. Runs of forks do not count: whoever may open a pull request could make incidents of any team.
 */
export function runReport(event: RunEvent, { world, settings, granted, now }: RunContext): Firing | Cleared | string {
  const { repository, workflow_run: run } = event;
  const silence = silenceOf(event);
  if (silence !== undefined) return silence;
  const started = run.run_started_at ?? run.created_at;
  const since = started < now ? started : now;
  const common = {
    ...repositoryOwner(repository.full_name, world, { named: settings.githubRepositories, granted }),
    fingerprint: fingerprintOf(event),
    source: SOURCE,
    actor: SOURCE,
  };
  return run.conclusion === 'success'
    ? { ...common, ...endOf(event, since) }
    : { ...common, ...failureOf(event, since) };
}

/** Why a run says nothing about its service; undefined where it says something. */
function silenceOf({ action, repository, workflow_run: run }: RunEvent): string | undefined {
  const { conclusion } = run;
  if (action !== 'completed') return `action ${foreignLine(action, 40)} is not completed`;
  if (run.head_repository?.id !== repository.id) return 'the run is about a fork';
  if (conclusion === 'success' || FAILURES.includes(conclusion)) return undefined;
  return `conclusion ${foreignLine(conclusion ?? 'null', 40)} says nothing`;
}

function endOf({ workflow_run: run }: RunEvent, since: Date): Omit<Cleared, keyof Report> {
  const resolution = `Run ${run.run_number} of the same workflow succeeded on the same branch.`;
  return { kind: 'cleared', asOf: since, resolution, isEverywhere: true };
}

function failureOf(event: RunEvent, since: Date): Omit<Firing, keyof Report> {
  const { repository, workflow_run: run } = event;
  const what = `${run.name?.trim() || 'A workflow'} failed on ${run.head_branch ?? 'no branch'}`;
  return {
    kind: 'firing',
    type: 'github_actions_failed',
    severity: run.head_branch === repository.default_branch ? 'warning' : 'info',
    summary: foreignLine(`${what} of ${repository.full_name} (run ${run.run_number})`, LIMITS.summary),
    since,
    evidence: [{ kind: 'workflow_run', content: foreignText(foreignPairs(factsOf(event), PAIRS), LIMITS.evidence) }],
    isOrdered: true,
  };
}

/** Keys under which this delivery must not be taken twice. The header is not signed, so the run itself counts as well. */
export function deliveryKeys(deliveryId: string, { repository, workflow_run: run }: RunEvent): string[] {
  return [`${SOURCE}:delivery:${deliveryId}`, `${SOURCE}:run:${repository.id}/${run.id}/${run.run_attempt}`];
}

/** Numbers of GitHub, which renaming leaves alone; the branch as a digest, for it may be long. */
function fingerprintOf({ repository, workflow_run: { workflow_id, head_branch } }: RunEvent): string {
  return `${SOURCE}:${repository.id}:${workflow_id}:${digestOf(head_branch ?? '').slice(0, 16)}`;
}

function factsOf({ repository, workflow_run: run }: RunEvent): Record<string, string> {
  const facts = {
    repository: repository.full_name,
    workflow: run.name,
    title: run.display_title,
    branch: run.head_branch,
    commit: run.head_sha,
    event: run.event,
    conclusion: run.conclusion,
    run: `${run.run_number}, attempt ${run.run_attempt}`,
    actor: run.actor?.login,
    url: run.html_url,
  };
  return Object.fromEntries(Object.entries(facts).flatMap(([key, value]) => (value ? [[key, value] as const] : [])));
}
