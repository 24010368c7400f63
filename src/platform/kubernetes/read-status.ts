import { isPlain } from '../gitops/values';
import { foreignLine } from '../text/foreign-text';
import { type FaultCause, type FaultKind, KubernetesFault } from './kubernetes-fault';

const LENGTH = 500;
const CAUSES = 20;

/** An answer of 400 and above, or a `Status` inside of a watch. */
export interface Refusal {
  readonly status: number;
  readonly text: string;
  readonly retryAfter?: string;
}

/**
 * What a refusal means; the one place where answers become faults. The kinds follow `Status` of the API conventions
 * (https://github.com/kubernetes/community/blob/master/contributors/devel/sig-architecture/api-conventions.md#response-status-kind).
 * @param doing the request in words, e.g. "list applications in argocd"; the message shows it.
 */
export function refusalOf(refusal: Refusal, doing: string): KubernetesFault {
  const status = readStatus(refusal.text);
  const kind = kindOf(refusal.status, status);
  const retryAfterSeconds = secondsOf(refusal.retryAfter) ?? status.retryAfterSeconds;
  return new KubernetesFault(kind, wordsOf(kind, doing, refusal.status, retryAfterSeconds), {
    status: refusal.status,
    detail: status.message,
    causes: status.causes,
    retryAfterSeconds,
  });
}

interface Status {
  readonly reason?: string;
  readonly message?: string;
  /** Whether the answer is a Status that names an object: a 404 without is about the path. */
  readonly namesObject: boolean;
  readonly causes?: readonly FaultCause[];
  readonly retryAfterSeconds?: number;
}

function readStatus(text: string): Status {
  const body = parse(text);
  if (!isPlain(body) || body.kind !== 'Status') return { namesObject: false, message: shown(text) };
  const details = isPlain(body.details) ? body.details : {};
  const causes = Array.isArray(details.causes) ? details.causes.slice(0, CAUSES).flatMap(readCause) : [];
  return {
    reason: typeof body.reason === 'string' ? body.reason : undefined,
    message: typeof body.message === 'string' ? shown(body.message) : undefined,
    namesObject: typeof details.name === 'string' && details.name !== '',
    causes: causes.length > 0 ? causes : undefined,
    retryAfterSeconds: typeof details.retryAfterSeconds === 'number' ? details.retryAfterSeconds : undefined,
  };
}

function readCause(cause: unknown): FaultCause[] {
  if (!isPlain(cause) || typeof cause.message !== 'string') return [];
  return [{ message: shown(cause.message), ...(typeof cause.field === 'string' && { field: shown(cause.field) }) }];
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const KIND_OF_STATUS: Readonly<Record<number, FaultKind>> = {
  400: 'invalid',
  401: 'unauthenticated',
  403: 'forbidden',
  410: 'expired',
  413: 'invalid',
  422: 'invalid',
  429: 'throttled',
  504: 'timeout',
};

function kindOf(code: number, { reason, namesObject, causes }: Status): FaultKind {
  if (code === 404) return namesObject ? 'absent' : 'not_installed';
  if (code === 409) return reason === 'AlreadyExists' ? 'exists' : 'conflict';
  if (reason === 'Expired' || causes?.some(({ message: text }) => text === 'Too large resource version')) {
    return 'expired';
  }
  return KIND_OF_STATUS[code] ?? 'failed';
}

function wordsOf(kind: FaultKind, doing: string, code: number, seconds?: number): string {
  switch (kind) {
    case 'unauthenticated':
      return `The cluster refuses MCTL’s credential (401), so MCTL cannot ${doing}.`;
    case 'forbidden':
      return `The cluster does not allow MCTL to ${doing} (403).`;
    case 'not_installed':
      return `The cluster does not know this kind of object, so MCTL cannot ${doing}: it is not installed there.`;
    case 'absent':
      return `The cluster has no such object: MCTL cannot ${doing}.`;
    case 'exists':
      return `The cluster has an object of this name already: MCTL cannot ${doing}.`;
    case 'conflict':
      return `The object has changed meanwhile: MCTL cannot ${doing}.`;
    case 'expired':
      return `The cluster no longer has the state from which MCTL wanted to ${doing}.`;
    case 'invalid':
      return `The cluster refuses the object or the request as invalid (${code}): MCTL cannot ${doing}.`;
    case 'throttled':
      return `The cluster is asked too often (429), so MCTL cannot ${doing} now${seconds === undefined ? '' : `; it may try again in ${seconds} s`}.`;
    case 'timeout':
      return `The cluster did not manage in time to let MCTL ${doing} (${code}).`;
    case 'misconfigured':
    case 'unreachable':
    case 'malformed':
    case 'failed':
      return `The cluster answered ${code}, so MCTL cannot ${doing}.`;
  }
}

/** Kubernetes sends whole seconds (apiserver: `Retry-After: 1`). */
function secondsOf(header: string | undefined): number | undefined {
  return header !== undefined && /^\d{1,6}$/.test(header) ? Number(header) : undefined;
}

function shown(text: string): string {
  return foreignLine(text, LENGTH);
}
