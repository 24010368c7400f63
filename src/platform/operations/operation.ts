import type { Actor } from '../auth/actor';
import type { Gitops, Role, World } from '../gitops';
import type { SchemaClass } from '../schema';
import type { WriteAnswer } from './answer.dto';
import type { WriteArguments } from './arguments.dto';
import type { Plan } from './plan';

export type Risk = 'low' | 'medium' | 'high';

export interface PlanContext<Input, Facts> {
  readonly actor: Pick<Actor, 'login' | 'isAdmin'> & Partial<Pick<Actor, 'method' | 'via'>>;
  readonly input: Input;
  readonly world: World;
  readonly facts: Facts;
  /**
   * When the call came in, kept with the operation: the plan at the commit gets the same moment, so that what depends on time stays
   * the same. A destructive plan may judge by it but not write it down: the call that confirms comes at another moment.
   */
  readonly now: Date;
  /** Result of the task before this plan; undefined without one, and where the plan is made before the task has run. */
  readonly done?: unknown;
}

/** Work outside git, of which the declaration says only that there is some; the module binds what it does (see `parts.ts`). */
export interface TaskDeclaration<Input> {
  /** Name of its step in the workflow, kebab case, e.g. `wait-for-dns`. */
  readonly name: string;
  /** What it does, for people, e.g. `Wait for the DNS record`. */
  readonly title: string;
  /** Whether this call needs it; absent = every call. */
  applies?(input: Input): boolean;
}

/** A second commit of the same operation, after work that may take days (ADR 14). */
export interface Continuation<Input, Facts> {
  /** Value of the commit's trailer `Step`, kebab case, e.g. `activate`. */
  readonly name: string;
  readonly title: string;
  readonly task: TaskDeclaration<Input>;
  /** Pure, as the first plan; `context.done` is what the task found out. */
  plan(context: PlanContext<Input, Facts>): Plan;
}

/**
 * The unit of change, declared once. From this object come the tool, the route, the audit record, the workflow, the docs and the
 * contract tests.
 */
export interface Operation<Input extends WriteArguments = WriteArguments, Facts = unknown> {
  /** Kebab case, e.g. `deploy-service`. */
  readonly name: string;
  /** Name of its MCP tool, e.g. `mctl_deploy_service`. */
  readonly tool: string;
  readonly title: string;
  /** For assistants: what, when, side effects, what comes back. At most 400 characters. */
  readonly description: string;
  readonly kind: 'write' | 'destructive';
  readonly risk: Risk;
  /** Least role in the team that `input.team` names; `any` leaves it to the plan. */
  readonly role: Role | 'any' | 'admin';
  /** The team is found through an id, not named by an argument; the feature's service asks `Access` itself. */
  readonly byResource?: boolean;
  /** Calling twice with the same arguments leaves the same state as calling once. */
  readonly idempotent: boolean;
  readonly input: SchemaClass<Input>;
  readonly answer: SchemaClass<WriteAnswer>;
  /** Files it may touch, below the repository's root folder, with `{argument}` in braces. */
  readonly paths: readonly string[];
  /** The object it is about, e.g. `billing/payment-api`; for the audit trail. */
  target(input: Input): string;
  /** What a person types to confirm it, letter by letter, where that is not `target`. Asked for checked arguments only. */
  typedName?(input: Input): string;
  /** What the plan must know beyond the repository at HEAD, e.g. its history. Read before each planning. */
  facts?(input: Input, gitops: Gitops): Promise<Facts>;
  /**
   * Pure: the same world gives the same plan. Runs when the call comes in and again at the moment of the commit.
   * @throws the six errors of `platform/errors` where the operation may not happen.
   */
  plan(context: PlanContext<Input, Facts>): Plan;
  /** Work before the commit, e.g. creating the database that the commit names. */
  readonly task?: TaskDeclaration<Input>;
  /** Another one, for other calls: of the two at most one applies to a call, and its plan refuses what would need both. */
  readonly otherTask?: TaskDeclaration<Input>;
  readonly continuation?: Continuation<Input, Facts>;
}

/** Checks a declaration's types where it is written and forgets them for the registry. */
export function defineOperation<Input extends WriteArguments, Facts = undefined>(
  operation: Operation<Input, Facts>,
): Operation {
  return operation;
}
