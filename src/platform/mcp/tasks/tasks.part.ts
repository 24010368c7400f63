import { Inject, Injectable } from '@nestjs/common';
import { ProtocolError, ProtocolErrorCode, type ServerContext } from '@modelcontextprotocol/server';
import { z } from 'zod';
import type { Actor } from '../../auth/actor';
import { RateLimits } from '../../auth/rate-limits';
import { mustHaveScopes } from '../../auth/scopes';
import { Unauthenticated } from '../../errors';
import { type Bounds, mustBeWithin } from '../bounds';
import type { ProtocolBinding, ProtocolHandler, ProtocolPart } from '../protocol-parts';
import { CORE } from '../toolsets';
import { declaresTasks, mustDeclareTasks } from './declares-tasks';
import { isFinal, type Task, TASKS_EXTENSION, type TaskSource } from './task';

type Found = { readonly task: Task; readonly source: TaskSource };
type Call = { readonly actor: Actor; readonly bounds: Bounds; readonly context: ServerContext };

/** Without these the SDK does not give out methods that its revision does not know. */
const SCHEMAS = { params: z.looseObject({ taskId: z.string() }) };
const RULE = { role: 'any', team: 'none' } as const;

/**
 * The extension `io.modelcontextprotocol/tasks`: calls that begin work are answered with a task, for clients that say so in the request.
 * No guard stands before its methods, so it counts, asks for scopes and bounds itself.
 */
@Injectable()
export class TasksPart implements ProtocolPart {
  /** The tasks of 2025-11-25 are others, and not there. */
  readonly era = 'modern';
  readonly capabilities = { extensions: { [TASKS_EXTENSION]: {} } };
  private readonly sources: TaskSource[] = [];

  constructor(@Inject(RateLimits) private readonly limits: RateLimits) {}

  /** Modules add theirs when they are made. */
  add(...sources: readonly TaskSource[]): void {
    this.sources.push(...sources);
  }

  bind(binding: ProtocolBinding): void {
    if (binding.era !== this.era) return;
    binding.wrap('tools/call', (next) => async (request, context) => {
      const answer = await next(request, context);
      return declaresTasks(context) ? this.instead(answer, binding.actor) : answer;
    });
    binding.handle(
      'tasks/get',
      this.method(binding, 'read', ({ task }) => Promise.resolve(task)),
      SCHEMAS,
    );
    binding.handle('tasks/update', this.method(binding, 'read', update), SCHEMAS);
    binding.handle('tasks/cancel', this.method(binding, 'write', cancel), SCHEMAS);
  }

  /** The task that an answer stands for. One that has ended by now is answered by its result: nobody needs to ask for it. */
  private async instead(answer: unknown, actor: Actor | undefined): Promise<unknown> {
    if (!actor) return answer;
    for (const source of this.sources) {
      const task = await source.begun(actor, answer);
      if (task) return task.status === 'completed' ? task.result : seedOf(task);
    }
    return answer;
  }

  private method(
    { actor, bounds }: ProtocolBinding,
    kind: 'read' | 'write',
    run: (found: Found, call: Call) => Promise<object>,
  ): ProtocolHandler {
    return async ({ method, params }, context) => {
      mustDeclareTasks(context);
      if (!actor) throw new Unauthenticated('A token is needed.');
      mustHaveScopes(actor, { name: method, kind: 'read' });
      mustBeWithin(bounds, CORE, { ...RULE, name: method, kind });
      await this.limits.count(actor, kind);
      return run(await this.find(actor, String(params?.taskId)), { actor, bounds, context });
    };
  }

  /** @throws ProtocolError -32602, in the same words for a task of somebody else and for none. */
  private async find(actor: Actor, taskId: string): Promise<Found> {
    for (const source of this.sources) {
      const task = await source.find(actor, taskId);
      if (task) return { task, source };
    }
    throw new ProtocolError(ProtocolErrorCode.InvalidParams, 'There is no task of this id that you may see.');
  }
}

async function update({ task, source }: Found, { actor, context }: Call): Promise<object> {
  if (!isFinal(task)) await source.update(actor, task.taskId, context.mcpReq.inputResponses ?? {});
  return {};
}

async function cancel({ task, source }: Found, { actor, bounds }: Call): Promise<object> {
  if (!isFinal(task)) await source.cancel(actor, task.taskId, bounds);
  return {};
}

/** What a call answers in place of its result: the task, and nothing of what came of it. */
function seedOf({ taskId, status, statusMessage, createdAt, lastUpdatedAt, ttlMs, pollIntervalMs }: Task): object {
  return { resultType: 'task', taskId, status, statusMessage, createdAt, lastUpdatedAt, ttlMs, pollIntervalMs };
}
