import { Inject, Injectable } from '@nestjs/common';
import { Access } from '../auth/access';
import type { Actor } from '../auth/actor';
import { Gitops, ManifestSchemas, type World } from '../gitops';
import type { WriteArguments } from './arguments.dto';
import type { Operation } from './operation';
import {
  describeChanges,
  type EffectiveChange,
  effectiveChanges,
  type Plan,
  planDigest,
  type PlannedChange,
} from './plan';

export interface Planned {
  readonly plan: Plan;
  /** Only what really differs from the world. */
  readonly changes: readonly EffectiveChange[];
  readonly described: readonly PlannedChange[];
  readonly digest: string;
  readonly world: World;
}

/** Asks an operation for its plan and checks the plan itself. Used when a call comes in and again at its commit. */
@Injectable()
export class Planner {
  constructor(
    @Inject(Gitops) private readonly gitops: Gitops,
    @Inject(Access) private readonly access: Access,
    @Inject(ManifestSchemas) private readonly schemas: ManifestSchemas,
  ) {}

  /**
   * @param now when the call came in, the same at every planning of one operation.
   * @throws what the plan throws; NotFound or NotAllowed where the caller's role no longer suffices in this world.
   */
  async plan(operation: Operation, actor: Actor, input: WriteArguments, world: World, now: Date): Promise<Planned> {
    this.access.check(world, actor, operation, input);
    const facts = await operation.facts?.(input, this.gitops);
    const plan = operation.plan({ actor, input, world, facts, now });
    const changes = effectiveChanges(plan, world);
    for (const change of changes) world.mustAllow(change);
    this.schemas.check(changes, world);
    return { plan, changes, described: describeChanges(changes, world), digest: planDigest(plan, world), world };
  }
}
