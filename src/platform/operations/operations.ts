import { Inject, Injectable } from '@nestjs/common';
import type { Actor } from '../auth/actor';
import { Audit, type AuditEntry } from '../audit/audit';
import { UNKNOWN_ARGUMENTS } from '../audit/rebuild/from-git';
import { ulid } from '../crypto';
import { Conflict, InvalidInput, NotAllowed } from '../errors';
import { Config } from '../config';
import { Gitops } from '../gitops';
import { oneLine } from '../text/one-line';
import { looksLikeCredential } from '../text/secrets';
import { type OperationRow, Store } from '../store';
import { presentTrace, traced } from '../tracing';
import { Workflows } from '../workflows/workflows';
import { batchProgress } from '../workflows/batch-progress';
import { pendingSteps } from '../workflows/steps';
import { AnswerBuilder } from './answer-builder';
import type { WriteAnswer } from './answer.dto';
import { argsDigestOf, type DestructiveArguments, meaningOf, type WriteArguments } from './arguments.dto';
import { ConfirmTokens, type OpenedToken } from './confirm-token';
import type { Operation } from './operation';
import { OperationStore, type StoredAnswer } from './operation-store';
import type { Plan } from './plan';
import { type Planned, Planner } from './planner';
import { firstStage } from './stages';

/** Told after every step of the workflow: steps done, steps there are, the present step in words. */
export interface ProgressListener {
  (done: number, total: number, message: string): Promise<void>;
  /** Aborted when the caller has hung up: nobody waits for the answer any more. The workflow goes on all the same. */
  readonly gone?: AbortSignal;
}

const silent: ProgressListener = () => Promise.resolve();

/** One call of a write. */
interface Call {
  readonly operation: Operation;
  readonly actor: Actor;
  readonly input: WriteArguments;
  /** Tells whether two calls mean the same. */
  readonly argsDigest: string;
  /** When it came in. */
  readonly now: Date;
}

/** The recorded intent, or the plan where nothing more was asked for or allowed. */
type Accepted = { readonly row: OperationRow } | { readonly plan: WriteAnswer };

/** The one way a write goes, whatever door it came through: plan, confirm, intent and audit, workflow, answer. */
@Injectable()
export class Operations {
  constructor(
    @Inject(Planner) private readonly planner: Planner,
    @Inject(ConfirmTokens) private readonly tokens: ConfirmTokens,
    @Inject(OperationStore) private readonly operations: OperationStore,
    @Inject(Workflows) private readonly workflows: Workflows,
    @Inject(AnswerBuilder) private readonly answers: AnswerBuilder,
    @Inject(Audit) private readonly audit: Audit,
    @Inject(Gitops) private readonly gitops: Gitops,
    @Inject(Store) private readonly store: Store,
    @Inject(Config) private readonly config: Config,
  ) {}

  /**
   * Runs one operation as far as this call goes: a dry run ends with the plan, a destructive call without a token with the plan and
   * a token, everything else with the workflow submitted, or ended within `wait_seconds`.
   */
  async run(
    operation: Operation,
    actor: Actor,
    input: WriteArguments,
    progress: ProgressListener = silent,
  ): Promise<WriteAnswer> {
    if (this.config.values.readOnly) throw readOnly();
    const call = {
      operation,
      actor,
      input,
      argsDigest: argsDigestOf(operation.name, input),
      now: new Date(),
    };
    const accepted = await this.once(call, () => this.accept(call));
    return 'row' in accepted ? this.follow(accepted.row, input, progress) : accepted.plan;
  }

  /**
   * Answers an earlier call with the same idempotency key instead of doing it again. Two at the same moment: the one that comes
   * second fails on what the first has done (its key, its confirmation, the very change it made), and is answered like a repetition.
   */
  private async once(call: Call, accept: () => Promise<Accepted>): Promise<Accepted> {
    const { actor, input } = call;
    const { idempotency_key: key, dry_run: isDryRun } = input;
    if (!key || isDryRun) return accept();
    const earlier = await this.operations.findByKey(actor.login, key);
    if (earlier) return { row: sameCall(earlier, call) };
    try {
      return await accept();
    } catch (error) {
      const first = await this.operations.findByKey(actor.login, key);
      if (first) return { row: sameCall(first, call) };
      throw error;
    }
  }

  /** Plans, and either answers the plan or records the intent. */
  private async accept(call: Call): Promise<Accepted> {
    const { operation, actor, input, now } = call;
    const planned = await this.planner.planCall(operation, actor, input, await this.gitops.world(), { now });
    // After the plan: an operation that knows better where a secret belongs has said so by now.
    refuseCredentials({ ...meaningOf(input), idempotency_key: input.idempotency_key });
    if (input.dry_run) return { plan: await this.showPlan(call, planned) };
    // MCTL itself, e.g. a sweeper, has nobody to ask; its plans say themselves when it may destroy.
    const asksFirst = operation.kind === 'destructive' && actor.method !== 'system';
    if (!asksFirst) return { row: await this.submit(call, planned) };
    const { confirm_token: token } = input as DestructiveArguments;
    if (!token) return { plan: await this.askForConfirmation(call, planned) };
    return { row: await this.submit(call, planned, await this.confirmed(call, token, planned)) };
  }

  /** @throws Conflict where the token is not for this call, or what it confirmed is no longer what would happen. */
  private async confirmed(
    { operation, actor, argsDigest }: Call,
    token: string,
    planned: Planned,
  ): Promise<OpenedToken> {
    const opened = await this.tokens.open(token, { actor: actor.login, operation: operation.name, argsDigest });
    if (opened.planDigest === planned.digest) return opened;
    throw new Conflict('The plan has changed since it was confirmed, so nothing was done.', {
      code: 'stale_plan',
      field: 'confirm_token',
      fix: 'Call again without confirm_token to see the plan as it is now.',
    });
  }

  private async showPlan(call: Call, planned: Planned): Promise<WriteAnswer> {
    await this.recordPlan(call, planned, 'dry_run');
    return this.answers.ofPlan(call, planned);
  }

  private async askForConfirmation(call: Call, planned: Planned): Promise<WriteAnswer> {
    const { operation, actor, argsDigest } = call;
    await this.recordPlan(call, planned, 'confirmation_required');
    const confirmation = { actor: actor.login, operation: operation.name, argsDigest, planDigest: planned.digest };
    return this.answers.ofPlan(call, planned, await this.tokens.seal(confirmation));
  }

  private recordPlan(call: Call, planned: Planned, code: string): Promise<void> {
    return this.audit.record({ ...auditFacts(call, planned), event: 'planned', code, planDigest: planned.digest });
  }

  /** Intent, steps, used token and audit entry become durable together, before anything else happens. */
  private submit(call: Call, planned: Planned, token?: OpenedToken): Promise<OperationRow> {
    const facts = {
      name: 'mctl.submit',
      kind: 'producer',
      attributes: { 'mctl.operation': call.operation.name },
    } as const;
    return traced(facts, async (span) => {
      const row = await this.recordIntent(call, planned, token);
      span.set({ 'mctl.operation.id': row.id });
      return row;
    });
  }

  private async recordIntent(call: Call, planned: Planned, token?: OpenedToken): Promise<OperationRow> {
    const row = { ...newRow(call, planned, token?.planDigest), traceparent: presentTrace() ?? null };
    await this.store.transaction(async (transaction) => {
      if (token) await this.tokens.consume(transaction, token);
      await this.operations.insert(transaction, row, pendingSteps(row.id, call.operation, call.input));
      await this.audit.append(transaction, [
        {
          ...auditFacts(call, planned),
          event: 'submitted',
          operationId: row.id,
          workflow: row.workflow,
          planDigest: planned.digest,
        },
      ]);
    });
    batchProgress.publish('submitted');
    this.workflows.wake();
    return row;
  }

  private async follow({ id }: OperationRow, input: WriteArguments, progress: ProgressListener): Promise<WriteAnswer> {
    if (input.wait_seconds > 0) {
      await this.workflows.wait(id, input.wait_seconds * 1000, () => this.report(id, progress), progress.gone);
    }
    return this.answers.forCaller(await this.operations.get(id));
  }

  private async report(id: string, progress: ProgressListener): Promise<void> {
    const steps = await this.operations.steps(id);
    const done = steps.filter(({ status }) => status === 'succeeded').length;
    const current =
      steps.find(({ status }) => status === 'running') ?? steps.findLast(({ status }) => status !== 'pending');
    await progress(done, steps.length, current ? `${current.title}: ${current.status}` : 'waiting for its turn');
  }
}

function auditFacts({ operation, actor, input }: Call, { plan }: Planned): Omit<AuditEntry, 'event'> {
  return {
    operation: operation.name,
    risk: operation.risk,
    actor,
    ...subjectOf(operation, input, plan),
    reason: input.reason && oneLine(input.reason),
  };
}

function newRow(
  { operation, actor, input, argsDigest, now }: Call,
  planned: Planned,
  confirmedDigest: string | undefined,
): Omit<OperationRow, 'traceparent'> {
  const id = ulid();
  const { plan, described, digest, world } = planned;
  const { team, target } = subjectOf(operation, input, plan);
  const answer: StoredAnswer = {
    changes: described,
    warnings: plan.warnings,
    next_actions: plan.nextActions,
    extra: plan.answer,
  };
  return {
    id,
    workflow: `${operation.name}-${id}`,
    operation: operation.name,
    team: team ?? null,
    target,
    actor: actor.login,
    actor_email: actor.email ?? null,
    auth_method: actor.method,
    actor_teams: actor.teams?.length ? JSON.stringify(actor.teams) : null,
    client: actor.via.client ?? null,
    door: actor.via.door,
    request_id: actor.via.requestId,
    reason: input.reason ? oneLine(input.reason) : null,
    input: JSON.stringify(meaningOf(input)),
    args_digest: argsDigest,
    confirmed_digest: confirmedDigest ?? null,
    plan_digest: digest,
    idempotency_key: input.idempotency_key ?? null,
    base: world.head ?? null,
    status: 'submitted',
    commit: null,
    summary: plan.summary,
    answer: JSON.stringify(answer),
    error: null,
    submitted_at: now.toISOString(),
    started_at: null,
    finished_at: null,
    next_run_at: new Date().toISOString(),
    attempts: 0,
    stage: firstStage(operation, input),
    stage_since: null,
    task_state: null,
    task_result: null,
    handed_over_at: null,
  };
}

function subjectOf(
  operation: Operation,
  input: WriteArguments,
  { about }: Plan,
): { readonly team?: string; readonly target: string } {
  return about ?? { team: teamOf(input), target: operation.target(input) };
}

function teamOf(input: WriteArguments): string | undefined {
  return 'team' in input && typeof input.team === 'string' ? input.team : undefined;
}

/** What was restored from git has lost its arguments: there the operation alone must be the same, for a second commit would be worse. */
function sameCall(earlier: OperationRow, { operation, argsDigest }: Call): OperationRow {
  const isUnknown = earlier.args_digest === UNKNOWN_ARGUMENTS;
  if (isUnknown ? earlier.operation === operation.name : earlier.args_digest === argsDigest) return earlier;
  throw new Conflict('This idempotency_key was used for another call.', {
    code: 'idempotency_key_reused',
    field: 'idempotency_key',
    fix: 'Use a new key for a new call; the same key answers the first call again.',
    details: { workflow: earlier.workflow },
  });
}

/** Whatever is accepted is kept in git and in the store for ever: text of any argument that has the form of a credential is not. */
function refuseCredentials(value: unknown, field = ''): void {
  if (typeof value === 'object' && value !== null) {
    for (const [key, item] of Object.entries(value)) refuseCredentials(item, field ? `${field}.${key}` : key);
    return;
  }
  if (typeof value !== 'string' || !looksLikeCredential(value)) return;
  throw new InvalidInput(`${field} seems to hold a credential; it would be kept in git for ever.`, {
    code: 'credential_in_input',
    field,
    fix: 'Leave the credential out, and revoke it: it has left its place.',
  });
}

/** The refusal of whatever would change something while `MCTL_READ_ONLY` is set. */
export function readOnly(): NotAllowed {
  return new NotAllowed('MCTL runs read-only (MCTL_READ_ONLY=true); nothing can be changed through it.', {
    code: 'read_only',
  });
}
