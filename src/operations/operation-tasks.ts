import { Inject, Injectable } from '@nestjs/common';
import { z } from 'zod';
import type { Actor } from '../platform/auth/actor';
import { ruleOf } from '../platform/auth/access-rules';
import { mustHaveScopes } from '../platform/auth/scopes';
import { Config } from '../platform/config';
import { type Bounds, mustBeWithin, type Task, type TaskSource, ToolCatalog, toolResultOf } from '../platform/mcp';
import { AnswerBuilder } from '../platform/operations/answer-builder';
import { OperationStore } from '../platform/operations/operation-store';
import { readOnly } from '../platform/operations/operations';
import { OperationRegistry } from '../platform/operations/registry';
import type { OperationRow } from '../platform/store';
import { Workflows } from '../platform/workflows';
import { factsOfTask, isCancelled } from './task-facts';

/** The answer of a write that goes on. */
const openWrite = z.object({
  structuredContent: z.object({
    operation: z.object({ status: z.enum(['submitted', 'running']) }),
    workflow: z.object({ name: z.string() }),
  }),
});

/** Workflows as tasks of the protocol: the operation's row is the task, its workflow's name the id (ADR 27). */
@Injectable()
export class OperationTasks implements TaskSource {
  constructor(
    @Inject(OperationStore) private readonly operations: OperationStore,
    @Inject(OperationRegistry) private readonly registry: OperationRegistry,
    @Inject(AnswerBuilder) private readonly answers: AnswerBuilder,
    @Inject(Workflows) private readonly workflows: Workflows,
    @Inject(Config) private readonly config: Config,
    @Inject(ToolCatalog) private readonly tools: ToolCatalog,
  ) {}

  async begun(actor: Actor, answer: unknown): Promise<Task | undefined> {
    const workflow = openWrite.safeParse(answer).data?.structuredContent.workflow.name;
    const row = workflow === undefined ? undefined : await this.rowOf(actor, workflow);
    return row && this.taskOf(row);
  }

  async find(actor: Actor, taskId: string): Promise<Task | undefined> {
    const row = await this.rowOf(actor, taskId);
    return row && this.taskOf(row);
  }

  /** Operations ask before they begin, so that no key is one of theirs. */
  async update(): Promise<void> {}

  /**
   * @throws NotAllowed for a token or a connection that could not have made the call, and while `MCTL_READ_ONLY` is set.
   */
  async cancel(actor: Actor, taskId: string, bounds: Bounds): Promise<void> {
    const row = await this.rowOf(actor, taskId);
    if (!row) return;
    const operation = this.registry.get(row.operation);
    mustHaveScopes(actor, ruleOf(operation));
    mustBeWithin(this.tools.within(bounds), this.tools.groupOf(operation.tool), ruleOf(operation));
    if (this.config.values.readOnly) throw readOnly();
    await this.workflows.cancel(row);
  }

  /**
   * Also administrators see only what they began: what somebody else did is in `mctl_get_workflow_status`. What goes on after its first
   * commit is no task at all: it waits for its caller, whom the answer tells what to do meanwhile; a task would keep that answer back.
   */
  private async rowOf({ login }: Actor, workflow: string): Promise<OperationRow | undefined> {
    const row = await this.operations.findByWorkflow(workflow);
    return row?.actor === login && !this.registry.get(row.operation).continuation ? row : undefined;
  }

  private async taskOf(row: OperationRow): Promise<Task> {
    const facts = factsOfTask(row, await this.operations.steps(row.id));
    if (row.status !== 'succeeded' && row.status !== 'failed') return { ...facts, status: 'working' };
    if (isCancelled(row)) return { ...facts, status: 'cancelled' };
    const answer = await this.answers.forCaller(row);
    return { ...facts, status: 'completed', result: toolResultOf(answer, this.registry.find(row.operation)?.answer) };
  }
}
