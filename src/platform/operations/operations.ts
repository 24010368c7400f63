import { Inject, Injectable } from '@nestjs/common';
import type { Actor } from '../auth/actor';
import { Audit, type AuditEntry } from '../audit/audit';
import { digestOf, ulid } from '../crypto';
import { Conflict, InvalidInput, NotAllowed } from '../errors';
import { Config } from '../config';
import { Gitops } from '../gitops';
import { looksLikeCredential } from '../text/secrets';
import { isUniqueViolation, type OperationRow, Store } from '../store';
import { EmbeddedWorkflows } from '../workflows/embedded.workflows';
import { pendingSteps } from '../workflows/steps';
import { AnswerBuilder } from './answer-builder';
import type { WriteAnswer } from './answer.dto';
import { type DestructiveArguments, meaningOf, type WriteArguments } from './arguments.dto';
import { oneLine } from './commit-message';
import { type Confirmation, ConfirmTokens, type OpenedToken } from './confirm-token';
import type { Operation } from './operation';
import { OperationStore, type StoredAnswer } from './operation-store';
import { type Planned, Planner } from './planner';

/** Told after every step of the workflow: steps done, steps there are, the present step in words. */
export type ProgressListener = (done: number, total: number, message: string) => Promise<void>;

const silent: ProgressListener = () => Promise.resolve();

/** The one way a write goes, whatever door it came through: plan, confirm, intent and audit, workflow, answer. */
@Injectable()
export class Operations {
  constructor(
    @Inject(Planner) private readonly planner: Planner,
    @Inject(ConfirmTokens) private readonly tokens: ConfirmTokens,
    @Inject(OperationStore) private readonly operations: OperationStore,
    @Inject(EmbeddedWorkflows) private readonly workflows: EmbeddedWorkflows,
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
    refuseCredentials(input);
    const argsDigest = digestOf({ operation: operation.name, arguments: meaningOf(input) });
    const earlier =
      input.idempotency_key && !input.dry_run
        ? await this.operations.findByKey(actor.login, input.idempotency_key)
        : undefined;
    const accepted = earlier
      ? { row: sameCall(earlier, argsDigest) }
      : await this.accept(operation, actor, input, argsDigest);
    return 'row' in accepted ? this.follow(accepted.row, input, progress) : accepted.plan;
  }

  /** Plans, and either answers the plan or records the intent. */
  private async accept(
    operation: Operation,
    actor: Actor,
    input: WriteArguments,
    argsDigest: string,
  ): Promise<{ row: OperationRow } | { plan: WriteAnswer }> {
    const planned = await this.planner.plan(operation, actor, input, await this.gitops.world());
    if (input.dry_run) return { plan: await this.showPlan(operation, actor, input, planned, 'planned') };
    const token =
      operation.kind === 'destructive' ? await this.confirmed(operation, actor, input, argsDigest, planned) : undefined;
    if (token === 'missing') {
      const confirmation = { actor: actor.login, operation: operation.name, argsDigest, planDigest: planned.digest };
      return { plan: await this.showPlan(operation, actor, input, planned, 'confirmation_required', confirmation) };
    }
    return { row: await this.submit(operation, actor, input, argsDigest, planned, token) };
  }

  private async confirmed(
    operation: Operation,
    actor: Actor,
    input: DestructiveArguments,
    argsDigest: string,
    planned: Planned,
  ): Promise<OpenedToken | 'missing'> {
    if (!input.confirm_token) return 'missing';
    const token = await this.tokens.open(input.confirm_token, {
      actor: actor.login,
      operation: operation.name,
      argsDigest,
    });
    if (token.planDigest === planned.digest) return token;
    throw new Conflict('The plan has changed since it was confirmed, so nothing was done.', {
      code: 'stale_plan',
      field: 'confirm_token',
      fix: 'Call again without confirm_token to see the plan as it is now.',
    });
  }

  private async showPlan(
    operation: Operation,
    actor: Actor,
    input: WriteArguments,
    planned: Planned,
    status: 'planned' | 'confirmation_required',
    confirmation?: Confirmation,
  ): Promise<WriteAnswer> {
    await this.audit.record({
      ...auditFacts(operation, actor, input),
      event: 'planned',
      code: status === 'planned' ? 'dry_run' : status,
      planDigest: planned.digest,
    });
    const seal = confirmation && (await this.tokens.seal(confirmation));
    return this.answers.ofPlan(operation, input, planned, status, seal);
  }

  /** Intent, steps, used token and audit entry become durable together, before anything else happens. */
  private async submit(
    operation: Operation,
    actor: Actor,
    input: WriteArguments,
    argsDigest: string,
    planned: Planned,
    token: OpenedToken | undefined,
  ): Promise<OperationRow> {
    const row = newRow(operation, actor, input, argsDigest, planned, token?.planDigest);
    try {
      await this.store.transaction(async (transaction) => {
        if (token) await this.tokens.consume(transaction, token);
        await this.operations.insert(transaction, row, pendingSteps(row.id));
        await this.audit.append(transaction, [
          {
            ...auditFacts(operation, actor, input),
            event: 'submitted',
            operationId: row.id,
            workflow: row.workflow,
            planDigest: planned.digest,
          },
        ]);
      });
    } catch (error) {
      // Two calls with one key at the same moment: the other one was first.
      const first =
        isUniqueViolation(error) && row.idempotency_key
          ? await this.operations.findByKey(actor.login, row.idempotency_key)
          : undefined;
      if (!first) throw error;
      return sameCall(first, argsDigest);
    }
    this.workflows.wake();
    return row;
  }

  private async follow({ id }: OperationRow, input: WriteArguments, progress: ProgressListener): Promise<WriteAnswer> {
    if (input.wait_seconds > 0)
      await this.workflows.wait(id, input.wait_seconds * 1000, () => this.report(id, progress));
    return this.answers.ofRow(await this.operations.get(id));
  }

  private async report(id: string, progress: ProgressListener): Promise<void> {
    const steps = await this.operations.steps(id);
    const done = steps.filter(({ status }) => status === 'succeeded').length;
    const current =
      steps.find(({ status }) => status === 'running') ?? steps.findLast(({ status }) => status !== 'pending');
    await progress(done, steps.length, current ? `${current.title}: ${current.status}` : 'waiting for its turn');
  }
}

function auditFacts(operation: Operation, actor: Actor, input: WriteArguments): Omit<AuditEntry, 'event'> {
  return {
    operation: operation.name,
    risk: operation.risk,
    actor,
    team: teamOf(input),
    target: operation.target(input),
    reason: input.reason && oneLine(input.reason),
  };
}

function newRow(
  operation: Operation,
  actor: Actor,
  input: WriteArguments,
  argsDigest: string,
  planned: Planned,
  confirmedDigest: string | undefined,
): OperationRow {
  const id = ulid();
  const now = new Date().toISOString();
  const { plan, described, digest, world } = planned;
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
    team: teamOf(input) ?? null,
    target: operation.target(input),
    actor: actor.login,
    actor_email: actor.email ?? null,
    auth_method: actor.method,
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
    submitted_at: now,
    started_at: null,
    finished_at: null,
    next_run_at: now,
    attempts: 0,
  };
}

function teamOf(input: WriteArguments): string | undefined {
  return 'team' in input && typeof input.team === 'string' ? input.team : undefined;
}

function sameCall(earlier: OperationRow, argsDigest: string): OperationRow {
  if (earlier.args_digest === argsDigest) return earlier;
  throw new Conflict('This idempotency_key was used for another call.', {
    code: 'idempotency_key_reused',
    field: 'idempotency_key',
    fix: 'Use a new key for a new call; the same key answers the first call again.',
    details: { workflow: earlier.workflow },
  });
}

function refuseCredentials({ reason }: WriteArguments): void {
  if (!reason || !looksLikeCredential(reason)) return;
  throw new InvalidInput('reason seems to hold a credential; it would be kept in git for ever.', {
    code: 'credential_in_input',
    field: 'reason',
    fix: 'Leave the credential out, and revoke it: it has left its place.',
  });
}

function readOnly(): NotAllowed {
  return new NotAllowed('MCTL runs read-only (MCTL_READ_ONLY=true); nothing can be changed through it.', {
    code: 'read_only',
  });
}
