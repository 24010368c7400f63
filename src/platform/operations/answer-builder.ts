import { Inject, Injectable } from '@nestjs/common';
import { Config } from '../config';
import { fieldsOf } from '../schema';
import type { OperationRow } from '../store';
import type { CommitRef, WriteAnswer } from './answer.dto';
import { meaningOf, type WriteArguments } from './arguments.dto';
import type { Operation } from './operation';
import type { StoredAnswer } from './operation-store';
import { shownChange, shownDestroyed, shownFields, shownSummary, shownWarning, untrustedIn } from './foreign-answer';
import type { NextAction, Warning } from './plan';
import type { Planned } from './planner';
import { OperationRegistry } from './registry';
import { renderDiff } from './render-diff';

/** Puts what is known of an operation into the spine that every write answers. */
@Injectable()
export class AnswerBuilder {
  constructor(
    @Inject(Config) private readonly config: Config,
    @Inject(OperationRegistry) private readonly registry: OperationRegistry,
  ) {}

  /** The plan instead of the write; with a seal it asks for the confirmation that the seal is for. */
  ofPlan(
    { operation, input }: { operation: Operation; input: WriteArguments },
    { plan, changes, described, digest }: Planned,
    seal?: { token: string; expiresAt: Date },
  ): WriteAnswer {
    const status = seal ? 'confirmation_required' : 'planned';
    const answer = shownFields(plan.answer);
    return {
      ...answer,
      operation: { id: null, name: operation.name, status },
      workflow: null,
      commit: null,
      changes: described.map(shownChange),
      summary: `${status === 'planned' ? 'Dry run, nothing was written' : 'Nothing was done yet, a person has to confirm'}. ${shownSummary(plan.summary)}`,
      warnings: [...plan.warnings.map(shownWarning), ...noChange(operation, described.length)],
      next_actions: [nextOfPlan(operation, input, seal?.token)],
      plan: {
        digest,
        diff: renderDiff(changes),
        destroys: plan.destroys.map(shownDestroyed),
        ...(seal && { confirm_token: seal.token, expires_at: seal.expiresAt.toISOString() }),
      },
      untrusted: untrustedIn({ ...answer, plan }),
    };
  }

  /** What the caller of an operation gets: what is kept of it, and what is not kept, e.g. a one-time link. */
  async forCaller(row: OperationRow): Promise<WriteAnswer> {
    const { present } = this.registry.partsOf({ name: row.operation });
    return { ...(row.status === 'failed' ? {} : await present?.(row)), ...this.ofRow(row) };
  }

  ofRow(row: OperationRow): WriteAnswer {
    const { changes, warnings, next_actions, extra } = JSON.parse(row.answer) as StoredAnswer;
    const failed = row.status === 'failed';
    // The first commit of an operation stays, whatever became of its second.
    const nothing = failed && row.commit === null;
    const answer = nothing ? {} : shownFields(extra);
    return {
      ...answer,
      operation: { id: row.id, name: row.operation, status: row.status },
      workflow: { name: row.workflow, engine: this.config.values.workflows, status: row.status },
      commit: this.commitRef(row.commit),
      changes: nothing ? [] : changes.map(shownChange),
      summary: shownSummary(summaryOf(row)),
      warnings: [
        ...warnings.map(shownWarning),
        ...(nothing ? [] : noChange(this.registry.find(row.operation), changes.length)),
      ],
      next_actions: failed ? [watch(row)] : [...(row.status === 'succeeded' ? [] : [watch(row)]), ...next_actions],
      ...(row.error && { error: JSON.parse(row.error) as object }),
      untrusted: untrustedIn(answer),
    };
  }

  commitRef(sha: string | null): CommitRef | null {
    if (sha === null) return null;
    const { commitUrl } = this.config.values;
    return { sha, url: commitUrl ? commitUrl.replaceAll('{sha}', sha) : null };
  }
}

/** What was planned is no news once it failed: the error says what became of it. */
function summaryOf({ status, commit, summary, task_result: made }: OperationRow): string {
  if (status !== 'failed') return summary;
  if (commit !== null) return 'It failed after its first commit, which stays; see the error.';
  if (made === null) return 'It failed; nothing was written.';
  return 'It failed before its commit: git is as it was; what the step before it made outside of git stays.';
}

function watch({ workflow, status }: OperationRow): NextAction {
  const why = status === 'failed' ? 'see which step failed and why' : 'the workflow has not ended yet';
  return { tool: 'mctl_get_workflow_status', arguments: { workflow }, why };
}

function nextOfPlan(operation: Operation, input: WriteArguments, token: string | undefined): NextAction {
  const repeated = {
    ...named(operation, input),
    ...(input.idempotency_key && { idempotency_key: input.idempotency_key }),
  };
  return token === undefined
    ? { tool: operation.tool, arguments: repeated, why: 'do it' }
    : {
        tool: operation.tool,
        arguments: { ...repeated, confirm_token: token },
        why: 'do it, after a person has seen the plan and agreed',
      };
}

/** What the caller said: a default says the same where it is left out, and whoever repeats the call need not read it. */
function named({ input: type }: Operation, input: WriteArguments): Record<string, unknown> {
  const fields = fieldsOf(type);
  return Object.fromEntries(
    Object.entries(meaningOf(input)).filter(([name, value]) => value !== fields.get(name)?.default),
  );
}

/** An operation that touches no file by its declaration says itself what it changes. */
function noChange(operation: Pick<Operation, 'paths'> | undefined, changes: number): Warning[] {
  return changes > 0 || operation?.paths.length === 0
    ? []
    : [{ code: 'no_change', message: 'The desired state is like this already; the commit only records the call.' }];
}
