import { renderAnchor } from '../audit/audit-head';
import type { AuditHead } from '../audit/chain';
import type { Identity } from '../gitops';
import type { OperationRow } from '../store';
import { oneLine } from '../text/one-line';

const SUBJECT_LENGTH = 200;

/** What a commit says beyond the operation's row. */
export interface CommitFacts {
  readonly planDigest: string;
  readonly reverts?: string;
  /** Name of the continuation whose commit it is; absent for an operation's first. */
  readonly step?: string;
  /** The newest audit entry at that time: whoever writes the trail anew must write this history anew as well. */
  readonly auditHead: AuditHead;
}

/**
 * Subject, reason, trailers (design §3). Line breaks in anything that a caller wrote become spaces: a reason can neither forge a
 * trailer nor end the message.
 */
export function commitMessage(subject: string, row: OperationRow, facts: CommitFacts): string {
  const trailers = {
    ...trailersOf(row),
    Step: oneLine(facts.step ?? ''),
    'Plan-Digest': facts.planDigest,
    'Idempotency-Key': oneLine(row.idempotency_key ?? ''),
    Reverts: oneLine(facts.reverts ?? ''),
    'Audit-Head': renderAnchor(facts.auditHead),
  };
  const lines = Object.entries(trailers).flatMap(([key, value]) => (value ? [`${key}: ${value}`] : []));
  const reason = row.reason ? proseLine(row.reason) : '';
  const paragraphs = [oneLine(oneLine(subject).slice(0, SUBJECT_LENGTH)), reason, lines.join('\n')];
  return `${paragraphs.filter(Boolean).join('\n\n')}\n`;
}

/** Trailers that follow from the call alone, as git will show them; empty where there is nothing to say. */
export function trailersOf(row: OperationRow): Readonly<Record<string, string>> {
  return {
    'Operation-Id': oneLine(row.id),
    Operation: oneLine(row.operation),
    'Requested-By': oneLine(row.actor),
    'Auth-Method': oneLine(row.auth_method),
    Client: oneLine(row.client ?? ''),
    'Request-Id': oneLine(row.request_id),
    Workflow: oneLine(row.workflow),
  };
}

/** Whoever asked for it, with an address of ours where they have none that we know. */
export function authorOf({ actor, actor_email: email }: Pick<OperationRow, 'actor' | 'actor_email'>): Identity {
  return { name: actor, email: email ?? `${actor.replace(/[^A-Za-z0-9._+-]/g, '-')}@users.noreply.mctl.local` };
}

/** A reason that looks like a trailer or a scissors line is put in quote marks, so that git reads it as prose. */
export function proseLine(reason: string): string {
  const line = oneLine(reason);
  return /^[A-Za-z0-9-]+\s*:|^#|^-{3}|^diff |^\(cherry picked/i.test(line) ? `“${line}”` : line;
}
