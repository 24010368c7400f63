import { timeOfUlid } from '../../crypto';
import type { LogEntry, PathChange } from '../../gitops';
import { NAME_PATTERN } from '../../operations/arguments.dto';
import { authorOf, proseLine } from '../../operations/commit-message';
import type { StoredAnswer } from '../../operations/operation-store';
import type { OperationRow } from '../../store';
import { reasonOf } from '../verify/compare-commit';
import { trailerOf } from '../trailers';
import { FROM_GIT, UNKNOWN_ARGUMENTS } from './from-git';

const ACTIONS = { A: 'create', M: 'update', T: 'update', D: 'delete' } as const;

const WARNING = {
  code: 'restored_from_git',
  message:
    'Restored from its commit after the store was lost: arguments, and what only the first answer said, are not known.',
};

/** What the program knows of an operation by its name; a commit does not say it. */
export interface OperationKnowledge {
  risk(operation: string): string;
  /** Whether its arguments name a team, so that its target begins with one. */
  namesTeam(operation: string): boolean;
}

/** The row of an operation as far as its commit tells: it succeeded, and its arguments are not known. */
export function restoredRow(
  commit: LogEntry,
  changes: readonly PathChange[],
  knowledge: OperationKnowledge,
): OperationRow {
  const { sha, subject, parents, committer } = commit;
  const call = callOf(commit);
  const target = targetOf(subject);
  return {
    ...call,
    team: target !== undefined && knowledge.namesTeam(call.operation) ? teamOf(target) : null,
    target: target ?? null,
    door: FROM_GIT,
    input: '{}',
    args_digest: UNKNOWN_ARGUMENTS,
    confirmed_digest: null,
    base: parents[0] ?? null,
    status: 'succeeded',
    commit: sha,
    summary: subject,
    answer: JSON.stringify(answerOf(changes)),
    error: null,
    submitted_at: (timeOfUlid(call.id) ?? new Date(committer.at)).toISOString(),
    started_at: committer.at,
    finished_at: committer.at,
    next_run_at: committer.at,
    attempts: 1,
    stage: 'commit',
    stage_since: null,
    task_state: null,
    task_result: null,
    traceparent: null,
    handed_over_at: null,
  };
}

/** What the trailers and the author say of the call. */
function callOf(commit: LogEntry) {
  const said = (key: string): string | null => trailerOf(commit, key) ?? null;
  const [id, operation, actor] = [said('Operation-Id') ?? '', said('Operation') ?? '', said('Requested-By') ?? ''];
  return {
    id,
    operation,
    actor,
    workflow: said('Workflow') ?? `${operation}-${id}`,
    actor_email: commit.author.email === authorOf({ actor, actor_email: null }).email ? null : commit.author.email,
    auth_method: said('Auth-Method') ?? '',
    actor_teams: null,
    client: said('Client'),
    request_id: said('Request-Id') ?? '',
    reason: unquoted(reasonOf(commit)) || null,
    plan_digest: said('Plan-Digest'),
    idempotency_key: said('Idempotency-Key'),
  };
}

function answerOf(changes: readonly PathChange[]): StoredAnswer {
  const described = changes.map(({ path, status }) => ({ path, action: ACTIONS[status] }));
  return { changes: described, warnings: [WARNING], next_actions: [], extra: {} };
}

/** `billing/api` of `deploy(billing/api): 1.2.3`: the scope of a subject is the operation's target. */
function targetOf(subject: string): string | undefined {
  return /^[a-z][a-z0-9-]*\(([^()]{1,300})\)(?::|$)/.exec(subject)?.[1];
}

function teamOf(target: string): string | null {
  const [team = ''] = target.split('/');
  return NAME_PATTERN.test(team) ? team : null;
}

/** Without the marks that kept it from being read as a trailer. */
function unquoted(reason: string): string {
  const inner = /^“(.*)”$/.exec(reason)?.[1];
  return inner !== undefined && proseLine(inner) === reason ? inner : reason;
}
