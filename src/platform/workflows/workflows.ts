import type { OperationRow, StepRow } from '../store';

/** What an engine knows of an operation beyond the store. Text of others in it is cleaned and bounded. */
export interface Observation {
  /** Why nothing happens in a step of which the store says nothing, by the name of the step. */
  readonly messages: ReadonlyMap<string, string>;
  /** What the program of a step wrote that ended without a word in the store, oldest first. */
  readonly lines: readonly { readonly at: string; readonly step: string; readonly line: string }[];
}

export const NOTHING_SEEN: Observation = { messages: new Map(), lines: [] };

/**
 * Carries out what was accepted: the store says what that is and how far it has come, whatever the engine. Two implementations: the embedded
 * one, and Argo Workflows. Nothing else knows which it is.
 */
export abstract class Workflows {
  /** As answers name it. */
  abstract readonly engine: 'embedded' | 'argo';

  /** There is something to do. Never throws, never waits. */
  abstract wake(): void;

  /**
   * Waits until the operation has ended, or waits itself after its first commit for what may take days, or the time is over; tells
   * every change in between.
   * @param gone ends the waiting early: whoever waited is no longer there.
   */
  abstract wait(id: string, milliseconds: number, changed: () => Promise<void>, gone?: AbortSignal): Promise<void>;

  /**
   * Takes an operation out of the queue, or stops it where the engine can.
   * @returns false where it has begun and goes on.
   * @throws Unavailable where the engine cannot be asked.
   */
  abstract cancel(row: OperationRow): Promise<boolean>;

  /** @param lines most lines of a log to answer; 0 = none. Never throws. */
  abstract observe(row: OperationRow, steps: readonly StepRow[], lines: number): Promise<Observation>;
}
