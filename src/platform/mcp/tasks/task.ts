import type { Actor } from '../../auth/actor';
import type { Bounds } from '../bounds';

/** Name of the extension, in capabilities of both sides. */
export const TASKS_EXTENSION = 'io.modelcontextprotocol/tasks';

interface TaskFacts {
  readonly taskId: string;
  /** One line for people. */
  readonly statusMessage?: string;
  /** ISO 8601, as the other. */
  readonly createdAt: string;
  readonly lastUpdatedAt: string;
  /** Milliseconds since its creation until it may be forgotten; null = never. */
  readonly ttlMs: number | null;
  readonly pollIntervalMs: number;
}

/** A task as `tasks/get` shows it (`DetailedTask` of the extension). The last three statuses are final: nothing of such a task changes. */
export type Task = TaskFacts &
  (
    | { readonly status: 'working' | 'cancelled' }
    | { readonly status: 'input_required'; readonly inputRequests: Readonly<Record<string, unknown>> }
    /** What the call would have answered, had it waited; also where the work failed: then it says `isError`. */
    | { readonly status: 'completed'; readonly result: object }
    /** Only for faults of the protocol itself. */
    | { readonly status: 'failed'; readonly error: { readonly code: number; readonly message: string } }
  );

/** Answers to what a task asked, by the keys of its `inputRequests`. */
export type InputResponses = Readonly<Record<string, unknown>>;

/** Work that goes on after its call was answered. Every method shows a caller their own tasks only. */
export interface TaskSource {
  /** The task that the answer of a tool stands for, kept durably by now; undefined where the answer stays as it is. */
  begun(actor: Actor, answer: unknown): Promise<Task | undefined>;
  /** Undefined for a task of somebody else, as for one that never was. */
  find(actor: Actor, taskId: string): Promise<Task | undefined>;
  /** Ignores keys that are not asked for. Called for tasks that were found and have not ended, as `cancel` is. */
  update(actor: Actor, taskId: string, responses: InputResponses): Promise<void>;
  /**
   * Cooperative: what cannot be stopped goes on.
   * @param bounds of the connection: who may not begin the work there may not stop it either.
   */
  cancel(actor: Actor, taskId: string, bounds: Bounds): Promise<void>;
}

export function isFinal({ status }: Task): boolean {
  return status === 'completed' || status === 'failed' || status === 'cancelled';
}
