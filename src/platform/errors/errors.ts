/** What is wrong with one part of the caller's input, in the words of the tool contract's error spine. */
export interface Problem {
  /** Dotted path of the argument, e.g. `autoscaling.min_replicas`. */
  readonly field?: string;
  /** What came, shortened; never a value that may be a secret. */
  readonly got?: string;
  readonly expected?: string;
  readonly allowed?: readonly string[];
  /** The next step for whoever reads this, a person or a model. */
  readonly fix?: string;
}

export interface ErrorDetails extends Problem {
  /** A stable, more precise code than the class's own, e.g. `stale_plan`. */
  readonly code?: string;
  /** Every problem found when there is more than one. */
  readonly problems?: readonly Problem[];
  readonly retryAfterSeconds?: number;
  /** Extra machine-readable facts, e.g. quota numbers. Must be safe to show to the caller. */
  readonly details?: Readonly<Record<string, unknown>>;
  readonly cause?: unknown;
}

/**
 * Base of the six errors that services throw. Services know neither HTTP nor MCP: two translators give each door its form.
 * `message` is shown to the caller and must not hold internals.
 */
export abstract class MctlError extends Error {
  abstract readonly defaultCode: string;
  /** True where the same call may succeed later without a change. */
  readonly retryable: boolean = false;

  constructor(
    message: string,
    readonly details: ErrorDetails = {},
  ) {
    super(message, { cause: details.cause });
    this.name = new.target.name;
  }

  get code(): string {
    return this.details.code ?? this.defaultCode;
  }
}

/** The caller can fix this by changing the arguments. */
export class InvalidInput extends MctlError {
  readonly defaultCode = 'invalid_input';
}

/** No credential, or one that is not valid here and now. */
export class Unauthenticated extends MctlError {
  readonly defaultCode = 'unauthenticated';
}

/** The caller is known and may know that the thing exists, but may not do this to it. */
export class NotAllowed extends MctlError {
  readonly defaultCode = 'not_allowed';
}

/** The thing does not exist, or the caller may not learn that it does. */
export class NotFound extends MctlError {
  readonly defaultCode = 'not_found';
}

/** The present state does not permit this. */
export class Conflict extends MctlError {
  readonly defaultCode = 'conflict';
}

/** Something that MCTL needs does not answer, or the caller asks too often. */
export class Unavailable extends MctlError {
  readonly defaultCode = 'unavailable';
  override readonly retryable = true;
}
