import { maskCredentials } from '../text/secrets';
import { MctlError, type Problem } from './errors';

/** The one form in which both doors show an error (`error` in the spine of the tool contract). */
export interface ErrorBody {
  code: string;
  message: string;
  field?: string;
  got?: string;
  expected?: string;
  allowed?: readonly string[];
  fix?: string;
  problems?: readonly Problem[];
  details?: Readonly<Record<string, unknown>>;
  retryable: boolean;
  retry_after_s?: number;
  correlation_id: string;
}

/**
 * Anything that is not one of ours becomes `internal`: its own text may hold paths, queries or credentials. Of ours, what a caller sent
 * by mistake is not repeated: errors end up in transcripts of assistants and in steps of workflows.
 */
export function toErrorBody(error: unknown, correlationId: string): ErrorBody {
  if (!(error instanceof MctlError)) {
    return {
      code: 'internal',
      message:
        'Something went wrong inside MCTL. Nothing more can be said here; the log has it under the correlation id.',
      fix: 'Try again; if it happens again, give the correlation id to whoever runs MCTL.',
      retryable: false,
      correlation_id: correlationId,
    };
  }
  const { field, got, expected, allowed, fix, problems, retryAfterSeconds, details } = error.details;
  return prune({
    code: error.code,
    message: maskCredentials(error.message),
    field,
    got: got && maskCredentials(got),
    expected,
    allowed,
    fix,
    problems: problems && problems.length > 1 ? problems.map(withoutCredential) : undefined,
    details,
    retryable: error.retryable,
    retry_after_s: retryAfterSeconds,
    correlation_id: correlationId,
  });
}

function withoutCredential({ got, ...problem }: Problem): Problem {
  return { ...problem, ...(got !== undefined && { got: maskCredentials(got) }) };
}

function prune<T extends object>(body: T): T {
  return Object.fromEntries(Object.entries(body).filter(([, value]) => value !== undefined)) as T;
}
