import type { OperationRow } from '../store';

const SUBJECT_LENGTH = 200;

/**
 * Subject, reason, trailers (design §3). Line breaks in anything that a caller wrote become spaces: a reason can neither forge a
 * trailer nor end the message.
 */
export function commitMessage(
  subject: string,
  row: OperationRow,
  facts: { planDigest: string; reverts?: string },
): string {
  const trailers: [string, string | null | undefined][] = [
    ['Operation-Id', row.id],
    ['Operation', row.operation],
    ['Requested-By', row.actor],
    ['Auth-Method', row.auth_method],
    ['Client', row.client],
    ['Request-Id', row.request_id],
    ['Workflow', row.workflow],
    ['Plan-Digest', facts.planDigest],
    ['Idempotency-Key', row.idempotency_key],
    ['Reverts', facts.reverts],
  ];
  const lines = trailers.filter(([, value]) => value).map(([key, value]) => `${key}: ${oneLine(value ?? '')}`);
  const reason = row.reason ? `${proseLine(row.reason)}\n\n` : '';
  return `${oneLine(subject).slice(0, SUBJECT_LENGTH)}\n\n${reason}${lines.join('\n')}\n`;
}

/** Control characters of C0 and C1, line and paragraph separators, bidirectional overrides and zero-width characters. */
const UNPRINTABLE = /[\p{Cc}\p{Zl}\p{Zp}\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]+/gu;

export function oneLine(text: string): string {
  return text.replace(UNPRINTABLE, ' ').trim();
}

/** A reason that looks like a trailer or a scissors line is indented by a quote mark, so that git reads it as prose. */
function proseLine(reason: string): string {
  const line = oneLine(reason);
  return /^[A-Za-z0-9-]+\s*:|^#|^-{3}|^diff |^\(cherry picked/i.test(line) ? `“${line}”` : line;
}
