import type { Kubernetes } from '../kubernetes';
import type { ApplicationState } from './application-state';
import type { SourceState } from './source-state';

/** What the cluster said, or why it said nothing: `value` is set where the state is ok or degraded. */
export interface Reading<T> {
  readonly value?: T;
  readonly source: SourceState;
}

/** The Applications of Argo CD as they are now, by name. */
export interface Applications {
  get(name: string): ApplicationState | undefined;
  values(): Iterable<ApplicationState>;
}

/** Actual state. Two implementations: none, and Kubernetes with Argo CD. Nothing else knows which it is. */
export abstract class Cluster {
  abstract readonly isConnected: boolean;

  /**
   * Asks the API now. Never throws for what the cluster does: that is in `source`.
   * @param unknown what nobody knows without an answer, as the end of a sentence: "its pods are unknown".
   */
  abstract read<T>(unknown: string, ask: (kubernetes: Kubernetes) => Promise<T>): Promise<Reading<T>>;

  /** Kept up to date by a watch, so that a list of services asks nothing. */
  abstract applications(unknown: string): Promise<Reading<Applications>>;

  /** Tells Argo CD that the repository has changed, so that it does not wait for its own round. Returns at once, never throws. */
  abstract refresh(names: readonly string[]): void;
}
