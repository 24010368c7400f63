import type { Actor } from '../auth/actor';
import type { MctlError } from '../errors';
import type { World } from '../gitops';
import type { OperationRow, StoreTransaction } from '../store';
import type { WriteAnswer } from './answer.dto';
import type { WriteArguments } from './arguments.dto';
import type { NextAction } from './plan';

/** One try of a task. Everything in it is as of now, except what the call itself said. */
export interface TaskContext<Input> {
  readonly operationId: string;
  readonly input: Input;
  /** Who asked for the operation. */
  readonly actor: Actor;
  /** Desired state at the newest known head. */
  readonly world: World;
  /** When the call came in. */
  readonly submittedAt: Date;
  /** When this task became due; the same at every try. */
  readonly since: Date;
  /** From 1. */
  readonly attempt: number;
  /** What the last `wait` of this task kept; undefined at the first try. */
  readonly state: unknown;
  /** Aborted when the process ends: the task is tried again by the next one. */
  readonly signal: AbortSignal;
}

/** Both values are kept in the store as JSON: facts, never a secret. */
export type TaskOutcome =
  | { readonly done: unknown }
  | { readonly wait: { readonly milliseconds: number; readonly message: string; readonly state?: unknown } };

/**
 * Idempotent: it is called again after a crash, whatever it had finished.
 * @throws MctlError to end the operation; Unavailable, and whatever is unexpected, to be tried again.
 */
export type TaskRun<Input> = (context: TaskContext<Input>) => Promise<TaskOutcome>;

/** An operation whose last commit is on the branch. */
export interface Settled<Input> {
  readonly row: OperationRow;
  readonly input: Input;
  /** Result of its last task; undefined where it has none, or where it ended before it (`continues`). */
  readonly done: unknown;
  readonly commit: string;
  readonly at: Date;
}

/** A page on which the caller goes on in a browser. */
export interface AnsweredPage {
  /** Undefined where the answer has no link to it. `message` says what the page is for, and where not to do that. */
  linkIn(answer: Readonly<Record<string, unknown>>): { readonly url: string; readonly message: string } | undefined;
  /** Whether its person has done there what it is for. */
  isUsed(url: string): Promise<boolean>;
  /** What holds after its person turned it down, and how to take back what was called: that was done before the page was asked for. */
  afterNo(
    answer: WriteAnswer & Readonly<Record<string, unknown>>,
    input: Readonly<Record<string, unknown>>,
  ): { readonly message: string; readonly undo: readonly NextAction[] };
}

/** What an operation asks and does beyond the repository; bound by its module, where Nest knows the parts (ADR 14). */
export interface OperationParts<Input extends WriteArguments = WriteArguments, Facts = unknown> {
  /** As `Operation.facts`, from the store or the world outside. Read before each planning. */
  readonly facts?: (input: Input, actor: Actor) => Promise<Facts>;
  /** By the name that the declaration gives each. */
  readonly tasks?: Readonly<Record<string, TaskRun<Input>>>;
  /**
   * Clears away what the task before the commit has begun, where the operation ended before that task did: cancelled, stopped, too late,
   * the role lost. Called after the end, in whichever process wrote it, once: what it throws is logged. Idempotent; the task may have
   * cleared up itself.
   */
  readonly abandoned?: (row: OperationRow, input: Input) => Promise<void>;
  /**
   * Whether the operation goes on after its first commit; absent = always. Asked in the transaction that ends that commit, so that of
   * two calls at the same moment the second finds the first one waiting. `false` ends the operation well.
   */
  readonly continues?: (transaction: StoreTransaction, row: OperationRow, input: Input) => Promise<boolean>;
  /**
   * What goes with the end of the operation and lies outside our store: done once the last commit is on the branch, before the operation
   * ends, and again until it succeeds. Idempotent. Not for operations with a continuation.
   */
  readonly afterCommit?: (done: Pick<Settled<Input>, 'row' | 'input' | 'commit'>) => Promise<void>;
  /** Rows of the feature, written in the transaction that ends the operation well. Must not fail for what the world has become since. */
  readonly settle?: (transaction: StoreTransaction, settled: Settled<Input>) => Promise<void>;
  /** Fields of the answer that are not kept with the operation, e.g. a one-time link; asked whenever the row is shown to its caller. */
  readonly present?: (row: OperationRow) => Promise<Readonly<Record<string, unknown>>>;
  /** The page that `present` answers a link to; only one for the caller alone, who signs in there before it shows anything (ADR 30). */
  readonly page?: AnsweredPage;
  /**
   * The refusal of a call with what may not be kept, e.g. a one-time link. Not asked about a refusal at the commit: that one is kept.
   * @returns the error to answer; the same one where there is nothing to add.
   */
  readonly refused?: (error: MctlError, input: Input, actor: Actor) => Promise<MctlError>;
}
