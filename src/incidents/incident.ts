/** Words of the tool contract. */
export const SEVERITIES = ['critical', 'warning', 'info'] as const;
export type Severity = (typeof SEVERITIES)[number];

export const STATUSES = ['open', 'acknowledged', 'analyzing', 'fix_proposed', 'resolved', 'suppressed'] as const;
export type Status = (typeof STATUSES)[number];

/** What `active` means in filters and counts. */
export const ACTIVE: readonly Status[] = ['open', 'acknowledged', 'analyzing', 'fix_proposed'];

/** Lower-case words joined by underscores; short enough for a column. */
export const TYPE_PATTERN = /^[a-z][a-z0-9_]{0,59}$/;
export const TYPE_RULE = 'a lower-case word of letters, digits and underscores that starts with a letter';

/** Whole ids are 32 hex digits. */
export const ID_PATTERN = /^[0-9a-f]{8,32}$/;

/** Bounds of everything that is kept of one incident. Lengths are characters. */
export const LIMITS = {
  summary: 300,
  fingerprint: 200,
  resolution: 2_000,
  analysis: 8_000,
  proposedFix: 8_000,
  prUrl: 500,
  evidence: 4_000,
  /** Kept of one incident; the first stays, the oldest after it go. */
  evidences: 20,
  events: 100,
} as const;

/** Type of the incident that stands for those a team has too many of to be kept one by one. */
export const STORM = 'incident_storm';
/** Tells that incident: a type may be anybody's word, a fingerprint `mctl:…` is nobody's but ours. */
export const STORM_FINGERPRINT = 'mctl:storm';

/** What the plan of a transition must know of an incident. */
export interface IncidentFacts {
  readonly id: string;
  /** Undefined = no team is known for it. */
  readonly team?: string;
  readonly service?: string;
  readonly type: string;
  readonly status: Status;
  readonly source: string;
  /** Who acknowledged it, or resolved it, last. */
  readonly acknowledgedBy?: string;
  readonly resolvedBy?: string;
}
