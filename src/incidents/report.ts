import type { Severity } from './incident';

/** What a source says, in one form whatever the source. Texts are clean and bounded by then (`platform/text/foreign-text`). */
export interface Report {
  /** Undefined = no team is known for it. */
  readonly team?: string;
  readonly fingerprint: string;
  /** In timeline and answers: `alertmanager`, `argocd`, `github`, `manual`, `mctl`. */
  readonly source: string;
  /** Who says so: a login, or the name of the source. */
  readonly actor: string;
}

/** Something is wrong. */
export interface Firing extends Report {
  readonly kind: 'firing';
  readonly service?: string;
  readonly type: string;
  readonly severity: Severity;
  readonly summary: string;
  /** Since when, by the source's clock; not in the future. */
  readonly since: Date;
  readonly evidence: readonly Evidence[];
  readonly analysis?: string;
  readonly proposedFix?: string;
  readonly prUrl?: string;
  /**
   * Reports of this source are in the order of `since`: one that is older than what resolved the incident comes late and says nothing
   * about now. Alerts are not: one may go on after its source was away for a while.
   */
  readonly isOrdered: boolean;
  /** Only adds what was seen and found to an incident that is open: how bad it is, and since when, is for its source to say. */
  readonly isRemark?: boolean;
}

/** It is over. */
export interface Cleared extends Report {
  readonly kind: 'cleared';
  /** As of when, by the source's clock. What began later is not over. */
  readonly asOf: Date;
  /** In the words of the source. */
  readonly resolution: string;
  /**
   * The fingerprint is the source's own and cannot be made by a team, so it is over for whoever it belonged to: a repository may have changed
   * hands since, and nobody else would ever end what it left behind.
   */
  readonly isEverywhere?: boolean;
}

export interface Evidence {
  /** e.g. `labels`, `annotations`, `workflow_run`, `note`. */
  readonly kind: string;
  readonly content: string;
}

/**
 * What became of a report. `stale`: it is about the past. `unknown`: it ends what nobody has reported. `counted`: the team has too many
 * incidents; it is counted in the one that stands for them.
 */
export type Outcome = 'created' | 'repeated' | 'reopened' | 'resolved' | 'stale' | 'unknown' | 'counted';

export interface Recorded {
  readonly outcome: Outcome;
  /** Id of the incident that it is about now. */
  readonly id?: string;
}
