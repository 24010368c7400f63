import { Inject, Injectable } from '@nestjs/common';
import { Access } from '../platform/auth/access';
import type { Actor } from '../platform/auth/actor';
import { RateLimits } from '../platform/auth/rate-limits';
import { type ApplicationRollout, Rollouts } from '../platform/cluster';
import { Config } from '../platform/config';
import { NotAllowed, NotFound } from '../platform/errors';
import type { WarningItem } from '../platform/operations/answer.dto';
import { AnswerBuilder } from '../platform/operations/answer-builder';
import { OperationStore } from '../platform/operations/operation-store';
import type { NextAction } from '../platform/operations/plan';
import { readCursor, untrusted, writeCursor } from '../platform/schema';
import type { OperationRow, OperationStatus, StepRow } from '../platform/store';
import { Workflows } from '../platform/workflows';
import type {
  GetWorkflowInput,
  ListWorkflowsInput,
  LogLineItem,
  RolloutItem,
  WorkflowAnswer,
  WorkflowItem,
  WorkflowList,
} from './operations.dto';
import { CALLERS } from './callers';
import { teamScope } from './team-scope';

/** Names that are kept ready for completion; older workflows are looked up in the list. */
const MOST_NAMES = 200;
const SELF = 'mctl_get_workflow_status';

@Injectable()
export class WorkflowsService {
  constructor(
    @Inject(OperationStore) private readonly operations: OperationStore,
    @Inject(Workflows) private readonly workflows: Workflows,
    @Inject(AnswerBuilder) private readonly answers: AnswerBuilder,
    @Inject(Access) private readonly access: Access,
    @Inject(Config) private readonly config: Config,
    @Inject(RateLimits) private readonly limits: RateLimits,
    @Inject(Rollouts) private readonly rollouts: Rollouts,
  ) {}

  /** Workflows of the caller's teams, newest first. */
  async list(actor: Actor, input: ListWorkflowsInput): Promise<WorkflowList> {
    const rows = await this.operations.list({
      ...(await teamScope(this.access, actor, input.team)),
      statuses: statusesOf(input.status),
      before: input.cursor === undefined ? undefined : readCursor(input.cursor),
      limit: input.limit + 1,
    });
    const page = rows.slice(0, input.limit);
    const progress = await this.operations.progress(page.map(({ id }) => id));
    const last = page.at(-1);
    return {
      items: page.map((row) => itemOf(row, progress.get(row.id) ?? '0/0')),
      count: page.length,
      next_cursor: rows.length > page.length && last ? writeCursor(last.id) : null,
    };
  }

  /** The newest workflows that the caller may see, newest first. */
  async names(actor: Actor): Promise<string[]> {
    return (await this.list(actor, { limit: MOST_NAMES })).items.map(({ workflow }) => workflow);
  }

  /**
   * Counts for its team, which only the workflow tells.
   * @throws NotFound for a workflow that does not exist or belongs to a team the caller is not in; RateLimited.
   */
  async get(actor: Actor, { workflow, log_lines }: GetWorkflowInput): Promise<WorkflowAnswer> {
    const row = await this.operations.findByWorkflow(workflow);
    if (!row || !(await this.maySee(actor, row))) throw unknownWorkflow(workflow);
    if (row.team !== null) await this.limits.countTeam(actor, row.team, 'read');
    const steps = await this.operations.steps(row.id);
    const { commit, summary, warnings, next_actions, error } = this.answers.ofRow(row);
    const body = error as { message?: string; fix?: string } | undefined;
    const kept = await this.logsOf(row, steps, log_lines);
    const seen = await this.workflows.observe(row, steps, kept.length > 0 ? 0 : log_lines);
    return {
      workflow: row.workflow,
      operation: row.operation,
      operation_id: row.id,
      team: row.team,
      target: row.target,
      engine: this.workflows.engine,
      status: row.status,
      progress: `${steps.filter(({ status }) => status === 'succeeded').length}/${steps.length}`,
      summary,
      actor: row.actor,
      reason: row.reason,
      submitted_at: row.submitted_at,
      finished_at: row.finished_at,
      steps: steps.map(({ name, status, started_at, finished_at, message }) => ({
        name,
        status,
        started_at,
        finished_at,
        message: withNextTry(row, status, message ?? seen.messages.get(name) ?? null),
      })),
      logs: [...kept, ...seen.lines],
      commit,
      ...(await this.rolloutOf(row)),
      error: body ? [body.message, body.fix].filter(Boolean).join(' ') : null,
      warnings: [...warnings, ...this.standstill(row)],
      next_actions: [...next_actions.filter(({ tool }) => tool !== SELF), ...again(row, steps)],
      untrusted: untrusted(CALLERS, {
        fields: [
          ...['summary', 'reason', 'error', 'steps[].message', 'logs[].line', 'warnings[].message', 'target'],
          'rollout[].message',
        ],
      }),
    };
  }

  /** The commit is the operation's success; what the cluster made of it comes later and is told beside it. */
  private async rolloutOf({ commit }: OperationRow): Promise<Pick<WorkflowAnswer, 'rollout' | 'source'>> {
    const { applications, source } = await this.rollouts.of(commit ?? undefined);
    return { rollout: applications.map(rolloutItem), source: { cluster: source } };
  }

  private standstill({ status }: OperationRow): WarningItem[] {
    if (!this.config.values.readOnly || !isOpen({ status })) return [];
    const message = 'MCTL runs read-only (MCTL_READ_ONLY=true): this workflow goes on when that ends.';
    return [{ code: 'read_only', message }];
  }

  /** Its own caller may always see it: a team that is gone has no members left to ask. */
  private async maySee(actor: Actor, row: OperationRow): Promise<boolean> {
    if (actor.isAdmin || row.actor === actor.login) return true;
    if (row.team === null || (await this.operations.isOfFormerTeam(row))) return false;
    try {
      await this.access.requireRole(actor, row.team, 'viewer');
      return true;
    } catch (error) {
      if (error instanceof NotFound || error instanceof NotAllowed) return false;
      throw error;
    }
  }

  private async logsOf(row: OperationRow, steps: readonly StepRow[], limit: number): Promise<LogLineItem[]> {
    const step = steps.find(({ status }) => status === 'failed' || status === 'running') ?? steps.at(-1);
    if (!step || limit === 0) return [];
    const lines = await this.operations.logs(row.id, step.name, limit);
    return lines.map(({ at, line }) => ({ at, step: step.name, line }));
  }
}

function rolloutItem({ name, state, open, application }: ApplicationRollout): RolloutItem {
  const { sync = 'Unknown', health = 'Unknown', revision = null, operation, healthMessage = '' } = application ?? {};
  const message = state === 'complete' ? '' : [operation?.message ?? '', healthMessage].filter(Boolean).join(' ');
  return { application: name, state, sync, health, revision, open: [...open], message: message || null };
}

function itemOf(row: OperationRow, progress: string): WorkflowItem {
  return {
    workflow: row.workflow,
    operation: row.operation,
    team: row.team,
    status: row.status,
    actor: row.actor,
    submitted_at: row.submitted_at,
    started_at: row.started_at,
    finished_at: row.finished_at,
    progress,
  };
}

function statusesOf(filter: ListWorkflowsInput['status']): OperationStatus[] | undefined {
  if (filter === undefined) return undefined;
  return filter === 'active' ? ['submitted', 'running'] : [filter];
}

/** What a waiting step says, with when its next try is: not in the log, which has one line for each change and not for each try. */
function withNextTry(row: OperationRow, status: StepRow['status'], message: string | null): string | null {
  const isWaiting = status === 'running' && isOpen(row) && row.attempts > 0;
  return message === null || !isWaiting ? message : `${message} Next try by ${row.next_run_at}.`;
}

function isOpen({ status }: Pick<OperationRow, 'status'>): boolean {
  return status === 'submitted' || status === 'running';
}

/** Asking again makes sense only while something can change. What waits says in its step for what, and until when. */
function again(row: OperationRow, steps: readonly StepRow[]): NextAction[] {
  if (!isOpen(row)) return [];
  const waiting = steps.find(({ status, message }) => status === 'running' && message !== null);
  const why = waiting
    ? `its step ${waiting.name} waits; ask again after its next try, by ${row.next_run_at}`
    : 'it has not ended yet; ask again in a few seconds';
  return [{ tool: SELF, arguments: { workflow: row.workflow }, why }];
}

function unknownWorkflow(workflow: string): NotFound {
  return new NotFound(`There is no workflow ${workflow} that you may see.`, {
    code: 'workflow_not_found',
    field: 'workflow',
    got: workflow,
    fix: 'mctl_list_workflows lists the workflows of your teams.',
  });
}
