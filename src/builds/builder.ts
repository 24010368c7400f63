import type { TaskContext, TaskOutcome } from '../platform/operations/parts';
import type { Source } from './build';

/** What a build needs of the task that it is. */
export type BuildCall = Pick<
  TaskContext<{ readonly team: string; readonly service: string }>,
  'input' | 'operationId' | 'submittedAt' | 'since' | 'state' | 'signal'
>;

/** Makes an image of source. Which one there is says MCTL_BUILDER. */
export abstract class Builder {
  /**
   * One look at a build, or its begin; idempotent, with what the look before has kept in `state`.
   * @param source undefined is a fault of the caller: calls without one do not get here.
   * @returns `done` with a BuiltImage, or how long to wait until the next look.
   * @throws Conflict `repository_not_granted`, `build_failed`, `build_timed_out` and others; Unavailable to be called again.
   */
  abstract run(call: BuildCall, source: Source | undefined): Promise<TaskOutcome>;

  /**
   * Ends the build of an operation that has failed without it, if there is one. Absent where a build is the team's own and ends by itself.
   * @throws Unavailable where that cannot be done now.
   */
  abandon?(operationId: string): Promise<void>;
}
