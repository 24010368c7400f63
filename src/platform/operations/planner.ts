import { Inject, Injectable } from '@nestjs/common';
import { Access } from '../auth/access';
import type { Actor } from '../auth/actor';
import { MctlError } from '../errors';
import { Gitops, ManifestSchemas, type World } from '../gitops';
import type { WriteArguments } from './arguments.dto';
import type { Operation, PlanContext } from './operation';
import {
  describeChanges,
  type EffectiveChange,
  effectiveChanges,
  type Plan,
  planDigest,
  type PlannedChange,
} from './plan';
import { OperationRegistry } from './registry';

export interface Planned {
  readonly plan: Plan;
  /** Only what really differs from the world. */
  readonly changes: readonly EffectiveChange[];
  readonly described: readonly PlannedChange[];
  readonly digest: string;
  readonly world: World;
}

/** Which plan of an operation is asked for, and what it may know of time. */
export interface PlanMoment {
  /** When the call came in, or when the task before the second commit was done: the same at every planning of one commit. */
  readonly now: Date;
  /** Result of the task before it. */
  readonly done?: unknown;
  /** Whether it is the plan of the second commit. */
  readonly isContinuation?: boolean;
}

/** Asks an operation for its plan and checks the plan itself. Used when a call comes in and again at its commit. */
@Injectable()
export class Planner {
  constructor(
    @Inject(Gitops) private readonly gitops: Gitops,
    @Inject(Access) private readonly access: Access,
    @Inject(ManifestSchemas) private readonly schemas: ManifestSchemas,
    @Inject(OperationRegistry) private readonly registry: OperationRegistry,
  ) {}

  /**
   * @throws what the plan throws; NotFound or NotAllowed where the caller's role no longer suffices in this world.
   */
  async plan(
    operation: Operation,
    actor: Actor,
    input: WriteArguments,
    world: World,
    at: PlanMoment,
  ): Promise<Planned> {
    // Behind an id the facts find the team, and ask for the role there.
    if (!operation.byResource) this.access.check(world, actor, operation, input);
    const { now, done, isContinuation = false } = at;
    const context = { actor, input, world, facts: await this.factsOf(operation, input, actor), now, done };
    const plan = isContinuation ? planOfSecond(operation, context) : operation.plan(context);
    const changes = effectiveChanges(plan, world);
    for (const change of changes) world.mustAllow(change);
    this.schemas.check(changes, world);
    return { plan, changes, described: describeChanges(changes, world), digest: planDigest(plan, world), world };
  }

  /** As `plan`, when a call comes in: what refuses it may say more than may be kept (`OperationParts.refused`). */
  async planCall(
    operation: Operation,
    actor: Actor,
    input: WriteArguments,
    world: World,
    at: PlanMoment,
  ): Promise<Planned> {
    try {
      return await this.plan(operation, actor, input, world, at);
    } catch (error) {
      const { refused } = this.registry.partsOf(operation);
      throw refused && error instanceof MctlError ? await refused(error, input, actor) : error;
    }
  }

  private factsOf(operation: Operation, input: WriteArguments, actor: Actor): Promise<unknown> | undefined {
    const { facts } = this.registry.partsOf(operation);
    return facts ? facts(input, actor) : operation.facts?.(input, this.gitops);
  }
}

function planOfSecond({ name, continuation }: Operation, context: PlanContext<WriteArguments, unknown>): Plan {
  if (continuation) return continuation.plan(context);
  throw new Error(`${name} has no second commit.`);
}
