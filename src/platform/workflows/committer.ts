import { channel } from 'node:diagnostics_channel';
import { Inject, Injectable } from '@nestjs/common';
import type { Actor } from '../auth/actor';
import { Audit } from '../audit/audit';
import { Config } from '../config';
import { Conflict, MctlError, toErrorBody } from '../errors';
import { type BatchStep, type CommitDraft, Gitops, type World } from '../gitops';
import { log } from '../logging';
import { commitMessage } from '../operations/commit-message';
import { actorOf, OperationStore, type StoredAnswer } from '../operations/operation-store';
import { type Planned, Planner } from '../operations/planner';
import { OperationRegistry } from '../operations/registry';
import { parseInput } from '../schema';
import { type OperationRow, Store, type StoreTransaction } from '../store';
import { AFTER, type StepName } from './steps';

/** Tells observers (tracing, crash tests) how far a batch is: `claimed`, `planned`, `committed`, `pushed`, `closed`. */
const progress = channel('mctl:batch');

interface Ready {
  readonly row: OperationRow;
  readonly planned: Planned;
  readonly draft: CommitDraft;
}

/** Takes operations from intent to a commit on the branch, many at a time, each with its own plan, commit and audit entry. */
@Injectable()
export class Committer {
  constructor(
    @Inject(Store) private readonly store: Store,
    @Inject(OperationStore) private readonly operations: OperationStore,
    @Inject(OperationRegistry) private readonly registry: OperationRegistry,
    @Inject(Planner) private readonly planner: Planner,
    @Inject(Gitops) private readonly gitops: Gitops,
    @Inject(Audit) private readonly audit: Audit,
    @Inject(Config) private readonly config: Config,
  ) {}

  /** @throws GitError where the branch could not be reached or written; operations that were not failed stay as they were. */
  async run(rows: readonly OperationRow[], changed: (id: string) => void): Promise<void> {
    let ready: Ready[] = [];
    const step = async (at: BatchStep): Promise<void> => {
      if (at !== 'pushed')
        await this.advance(
          ready.map(({ row }) => row),
          AFTER[at],
          changed,
        );
      progress.publish(at);
    };
    await this.claim(rows, changed);
    const ids = await this.gitops.commit(async (world, attempt) => {
      ready = await this.prepare(await this.unfinished(rows, world, attempt, changed), world, changed);
      return ready.map(({ draft }) => draft);
    }, step);
    await this.close(
      ready.map(({ row, planned }, index) => ({ row, planned, commit: ids[index] ?? '' })),
      changed,
    );
    progress.publish('closed');
  }

  private async claim(rows: readonly OperationRow[], changed: (id: string) => void): Promise<void> {
    const now = new Date().toISOString();
    await this.store.transaction(async (transaction) => {
      for (const row of rows) {
        await this.operations.update(transaction, row.id, {
          status: 'running',
          started_at: row.started_at ?? now,
          attempts: row.attempts + 1,
        });
        await this.operations.updateStep(transaction, row.id, 'plan', { status: 'running', started_at: now });
      }
    });
    rows.forEach(({ id }) => changed(id));
    progress.publish('claimed');
  }

  /** Closes what a former attempt already brought to the branch: exactly one commit, whatever died after it. */
  private async unfinished(
    rows: readonly OperationRow[],
    world: World,
    attempt: number,
    changed: (id: string) => void,
  ): Promise<OperationRow[]> {
    const open = await this.stillOpen(rows);
    const interrupted = open.filter(({ attempts }) => attempts > 0 || attempt > 1);
    if (interrupted.length === 0 || !world.head) return open;
    const oldest = interrupted.map(({ base }) => base ?? undefined).at(0);
    const done = await this.gitops.findOperations(oldest, world.head);
    const recovered = interrupted.flatMap((row) => {
      const commit = done.get(row.id)?.[0];
      return commit === undefined ? [] : [{ row, commit }];
    });
    await this.close(recovered, changed);
    return open.filter((row) => !recovered.some((each) => each.row.id === row.id));
  }

  /** A lost race asks for the plan again; what failed in the first round must not come back. */
  private async stillOpen(rows: readonly OperationRow[]): Promise<OperationRow[]> {
    const states = await Promise.all(rows.map(({ id }) => this.operations.get(id)));
    return rows.filter((_, index) => states[index]?.status === 'running');
  }

  private async prepare(rows: readonly OperationRow[], start: World, changed: (id: string) => void): Promise<Ready[]> {
    const ready: Ready[] = [];
    let world = start;
    for (const row of rows) {
      try {
        const planned = await this.planAgain(row, world);
        ready.push({ row, planned, draft: this.draft(row, planned) });
        world = world.with(planned.changes);
      } catch (error) {
        await this.fail(row, error, changed);
      }
    }
    return ready;
  }

  private async planAgain(row: OperationRow, world: World): Promise<Planned> {
    const operation = this.registry.get(row.operation);
    const input = parseInput(operation.input, JSON.parse(row.input));
    const planned = await this.planner.plan(operation, this.actor(row), input, world);
    if (row.confirmed_digest && row.confirmed_digest !== planned.digest) {
      throw new Conflict(
        'What was confirmed is no longer what would happen: the repository changed in between. Nothing was written.',
        {
          code: 'stale_plan',
          fix: 'Call again without confirm_token to see the plan as it is now.',
        },
      );
    }
    return planned;
  }

  private draft(row: OperationRow, { plan, changes, digest }: Planned): CommitDraft {
    const [, name = 'MCTL', email = 'mctl@localhost'] = /^(.*) <(.*)>$/.exec(this.config.values.gitopsCommitter) ?? [];
    return {
      changes: changes.map(({ path, content }) => (content === undefined ? { path, delete: true } : { path, content })),
      message: commitMessage(plan.subject, row, { planDigest: digest, reverts: plan.reverts }),
      author: {
        name: row.actor,
        email: row.actor_email ?? `${row.actor.replace(/[^A-Za-z0-9._+-]/g, '-')}@users.noreply.mctl.local`,
      },
      committer: { name, email },
      at: new Date(),
    };
  }

  private async advance(
    rows: readonly OperationRow[],
    at: { done: StepName; next?: StepName },
    changed: (id: string) => void,
  ): Promise<void> {
    const now = new Date().toISOString();
    await this.store.transaction(async (transaction) => {
      for (const { id } of rows) {
        await this.operations.updateStep(transaction, id, at.done, { status: 'succeeded', finished_at: now });
        if (at.next) await this.operations.updateStep(transaction, id, at.next, { status: 'running', started_at: now });
      }
    });
    rows.forEach(({ id }) => changed(id));
  }

  private async close(
    done: readonly { row: OperationRow; commit: string; planned?: Planned }[],
    changed: (id: string) => void,
  ): Promise<void> {
    if (done.length === 0) return;
    const now = new Date().toISOString();
    await this.store.transaction(async (transaction) => {
      for (const { row, commit, planned } of done) {
        await this.operations.update(transaction, row.id, {
          status: 'succeeded',
          finished_at: now,
          commit,
          error: null,
          ...(planned && outcomeOf(planned)),
        });
        await this.finishSteps(transaction, row.id, commit, now);
      }
      await this.audit.append(
        transaction,
        done.map(({ row, commit, planned }) => this.ending(row, 'succeeded', { commit, planDigest: planned?.digest })),
      );
    });
    done.forEach(({ row }) => changed(row.id));
  }

  private async finishSteps(transaction: StoreTransaction, id: string, commit: string, now: string): Promise<void> {
    await transaction
      .updateTable('operation_steps')
      .set({ status: 'succeeded' })
      .set((row) => ({
        started_at: row.fn.coalesce('started_at', row.val(now)),
        finished_at: row.fn.coalesce('finished_at', row.val(now)),
      }))
      .where('operation_id', '=', id)
      .execute();
    await this.operations.updateStep(transaction, id, 'push', { commit });
    await this.operations.log(transaction, [
      { operation_id: id, step: 'commit', at: now, line: `commit ${commit}` },
      { operation_id: id, step: 'push', at: now, line: `the branch shows ${commit}` },
    ]);
  }

  /** Ends an operation without a commit. Its step says why; the caller sees the error in its usual form. */
  async fail(row: OperationRow, error: unknown, changed: (id: string) => void): Promise<void> {
    if (!(error instanceof MctlError))
      log.error({ err: error, operation: row.id, request: row.request_id }, 'an operation failed unexpectedly');
    const body = toErrorBody(error, row.request_id);
    const now = new Date().toISOString();
    await this.store.transaction(async (transaction) => {
      await this.operations.update(transaction, row.id, {
        status: 'failed',
        finished_at: now,
        error: JSON.stringify(body),
      });
      const running = await transaction
        .updateTable('operation_steps')
        .set({ status: 'failed', message: body.message, finished_at: now })
        .where('operation_id', '=', row.id)
        .where('status', '=', 'running')
        .returning('name')
        .executeTakeFirst();
      await transaction
        .updateTable('operation_steps')
        .set({ status: 'skipped' })
        .where('operation_id', '=', row.id)
        .where('status', '=', 'pending')
        .execute();
      await this.operations.log(transaction, [
        { operation_id: row.id, step: running?.name ?? 'plan', at: now, line: `${body.code}: ${body.message}` },
      ]);
      await this.audit.append(transaction, [this.ending(row, 'failed', { code: body.code })]);
    });
    changed(row.id);
  }

  private ending(
    row: OperationRow,
    event: 'succeeded' | 'failed',
    facts: { commit?: string; code?: string; planDigest?: string },
  ) {
    return {
      event,
      operation: row.operation,
      risk: this.registry.find(row.operation)?.risk ?? 'unknown',
      actor: this.actor(row),
      operationId: row.id,
      workflow: row.workflow,
      team: row.team ?? undefined,
      target: row.target ?? undefined,
      reason: row.reason ?? undefined,
      ...facts,
    };
  }

  private actor(row: OperationRow): Actor {
    return actorOf(row, (login) => row.auth_method === 'system' || this.config.isAdmin(login));
  }
}

function outcomeOf({ plan, described, digest }: Planned): Partial<OperationRow> {
  const answer: StoredAnswer = {
    changes: described,
    warnings: plan.warnings,
    next_actions: plan.nextActions,
    extra: plan.answer,
  };
  return { plan_digest: digest, summary: plan.summary, answer: JSON.stringify(answer) };
}
