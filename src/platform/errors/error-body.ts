import { exactValues } from '../text/exact-text';
import { spelled } from '../text/hidden';
import { MctlError, type Problem } from './errors';

/** Longest text of an error, and most of what it lists: a file may have a thousand faults. */
const LONGEST = 4000;
const MOST_LISTED = 50;

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
  /** How many there are beyond those of a list above. */
  more?: Readonly<Record<string, number>>;
  details?: Readonly<Record<string, unknown>>;
  retryable: boolean;
  retry_after_s?: number;
  correlation_id: string;
}

/**
 * Anything that is not one of ours becomes `internal`: its own text may hold paths, queries or credentials. Of ours, what a caller sent
 * by mistake is not repeated: errors end up in transcripts of assistants and in steps of workflows. Nor is
 * what stands in a file repeated as it is: credentials are masked, and what nobody sees is spelled out.
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
  const { details, retryAfterSeconds, problems, field, got, expected, allowed, fix } = error.details;
  const most = { allowed: allowed?.slice(0, MOST_LISTED), problems: problems?.slice(0, MOST_LISTED) };
  const words = { code: error.code, message: error.message, field, got, expected, allowed: most.allowed, fix };
  return prune({
    ...exactValues(words, LONGEST),
    problems: most.problems && most.problems.length > 1 ? exactValues(most.problems, LONGEST) : undefined,
    ...moreOf({ allowed, problems }),
    details: details && spelled(details),
    retryable: error.retryable,
    retry_after_s: retryAfterSeconds,
    correlation_id: correlationId,
  });
}

/** Of what is not listed, how much there is. */
function moreOf(
  lists: Readonly<Record<'allowed' | 'problems', readonly unknown[] | undefined>>,
): Pick<ErrorBody, 'more'> {
  const long = Object.entries(lists).filter(([, list]) => (list?.length ?? 0) > MOST_LISTED);
  if (long.length === 0) return {};
  return { more: Object.fromEntries(long.map(([name, list]) => [name, (list?.length ?? 0) - MOST_LISTED])) };
}

function prune<T extends object>(body: T): T {
  return Object.fromEntries(Object.entries(body).filter(([, value]) => value !== undefined)) as T;
}
