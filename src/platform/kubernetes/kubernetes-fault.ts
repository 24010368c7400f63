import { Conflict, type MctlError, Unavailable } from '../errors';

/**
 * Why there is no answer from the cluster, each a state of its own that somebody else has to repair:
 * - `misconfigured`: no usable kubeconfig or service account here
 * - `unreachable`, `timeout`: no connection, no answer in time
 * - `unauthenticated`, `forbidden`: the API refuses our credential, or what we ask with it
 * - `not_installed`: the API does not know the kind; `absent`: it knows the kind, and the object is not there
 * - `exists`, `conflict`: the name is taken; the object has changed since it was read
 * - `expired`: a resourceVersion or continue token that is too old
 * - `invalid`: refused by strict decoding, the schema or a rule, with causes
 * - `throttled`: asked too often; `failed`: any other refusal; `malformed`: no answer of a Kubernetes API
 */
export type FaultKind =
  | 'misconfigured'
  | 'unreachable'
  | 'timeout'
  | 'unauthenticated'
  | 'forbidden'
  | 'not_installed'
  | 'absent'
  | 'exists'
  | 'conflict'
  | 'expired'
  | 'invalid'
  | 'throttled'
  | 'failed'
  | 'malformed';

export interface FaultCause {
  readonly field?: string;
  readonly message: string;
}

export interface FaultDetails {
  /** HTTP status, where there was an answer. */
  readonly status?: number;
  /** What the server said, cleaned and bounded. For the log: it names accounts and namespaces. */
  readonly detail?: string;
  readonly causes?: readonly FaultCause[];
  /** Seconds that the server wants us to wait. */
  readonly retryAfterSeconds?: number;
  readonly cause?: unknown;
}

/** No answer of the cluster, and why. `message` is fit for callers. */
export class KubernetesFault extends Error {
  constructor(
    readonly kind: FaultKind,
    message: string,
    readonly details: FaultDetails = {},
  ) {
    super(message, { cause: details.cause });
    this.name = KubernetesFault.name;
  }
}

export function isFault(error: unknown, ...kinds: readonly FaultKind[]): error is KubernetesFault {
  return error instanceof KubernetesFault && (kinds.length === 0 || kinds.includes(error.kind));
}

/** Faults that the same request may not meet again a little later. */
const PASSING: ReadonlySet<FaultKind> = new Set([
  'unreachable',
  'timeout',
  'throttled',
  'failed',
  'expired',
  'malformed',
]);

const FIXES: Partial<Record<FaultKind, string>> = {
  misconfigured: 'Whoever runs MCTL sets MCTL_KUBECONFIG, or runs MCTL in the cluster with a service account.',
  unauthenticated: 'Whoever runs MCTL renews its credential: MCTL_KUBECONFIG, or the service account of its pod.',
  forbidden: 'Whoever runs the cluster allows it in the Role of MCTL’s service account.',
  not_installed: 'Whoever runs the cluster installs it, or takes the setting away that needs it.',
};

/** A fault as one of the errors that services throw: what may pass is Unavailable, all else is Conflict. */
export function errorOf(fault: KubernetesFault): MctlError {
  const { retryAfterSeconds, causes } = fault.details;
  const details = {
    code: `cluster_${fault.kind}`,
    fix: FIXES[fault.kind],
    retryAfterSeconds,
    ...(causes && { details: { causes } }),
    cause: fault,
  };
  return PASSING.has(fault.kind) ? new Unavailable(fault.message, details) : new Conflict(fault.message, details);
}
