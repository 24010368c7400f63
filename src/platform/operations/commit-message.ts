import type { OperationRow } from '../store';
import { oneLine } from '../text/one-line';

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
  const lines = trailers
    .map(([key, value]) => [key, oneLine(value ?? '')] as const)
    .filter(([, value]) => value)
    .map(([key, value]) => `${key}: ${value}`);
  const reason = row.reason ? proseLine(row.reason) : '';
  const paragraphs = [oneLine(oneLine(subject).slice(0, SUBJECT_LENGTH)), reason, lines.join('\n')];
  return `${paragraphs.filter(Boolean).join('\n\n')}\n`;
}

/** A reason that looks like a trailer or a scissors line is indented by a quote mark, so that git reads it as prose. */
function proseLine(reason: string): string {
  const line = oneLine(reason);
  return /^[A-Za-z0-9-]+\s*:|^#|^-{3}|^diff |^\(cherry picked/i.test(line) ? `“${line}”` : line;
}
