import type { Generated } from 'kysely';
import type { DomainTables } from './domain-tables';
import type { IncidentTables } from './incident-tables';
import type { OAuthTables } from './oauth-tables';
import type { ReplicaTables } from './replica-tables';
import type { RepositoryTables } from './repository-tables';
import type { SecretTables } from './secret-tables';

/** `submitted` waits for its workflow, `running` has begun, the other two are final and never change again. */
export type OperationStatus = 'submitted' | 'running' | 'succeeded' | 'failed';
/** What an open operation waits for: a task before or after the first commit, or its turn to commit (ADR 14). */
export type Stage = 'prepare' | 'commit' | 'await' | 'continue';
export type StepStatus = 'pending' | 'running' | 'succeeded' | 'failed' | 'skipped';

/** Times are ISO 8601 in UTC: they sort as text, on SQLite and on PostgreSQL alike. JSON is stored as text. */
export interface OperationRow {
  id: string;
  workflow: string;
  operation: string;
  team: string | null;
  target: string | null;
  actor: string;
  actor_email: string | null;
  auth_method: string;
  /** GitHub teams of the caller at the call, a JSON list; null = none that count. */
  actor_teams: string | null;
  client: string | null;
  door: string;
  request_id: string;
  reason: string | null;
  input: string;
  args_digest: string;
  /** Digest of the plan that a person confirmed; the commit is refused when the plan has become another. */
  confirmed_digest: string | null;
  plan_digest: string | null;
  idempotency_key: string | null;
  /** Head of the branch when the intent was recorded: recovery looks for our trailer from here on. */
  base: string | null;
  status: OperationStatus;
  commit: string | null;
  summary: string;
  /** Outcome as shown to the caller: changes, warnings, the operation's own fields. */
  answer: string;
  error: string | null;
  submitted_at: string;
  started_at: string | null;
  finished_at: string | null;
  /** Not before this time may the next step be tried. */
  next_run_at: string;
  attempts: number;
  stage: Stage;
  /** When the present stage began; null = when the call came in. */
  stage_since: string | null;
  /** JSON that the present task wants to see again at its next try. */
  task_state: string | null;
  /** JSON that the last task came to. */
  task_result: string | null;
  /** Where in the trace of its call it was submitted (W3C Trace Context); null = tracing was off. */
  traceparent: string | null;
  /** When Argo Workflows was given it; null = not yet, or no longer. Always null with the embedded engine. */
  handed_over_at: string | null;
}

export interface StepRow {
  operation_id: string;
  position: number;
  name: string;
  title: string;
  status: StepStatus;
  message: string | null;
  commit: string | null;
  started_at: string | null;
  finished_at: string | null;
}

export interface StepLogRow {
  id: Generated<number>;
  operation_id: string;
  step: string;
  at: string;
  line: string;
}

/** The closed list of what an audit entry may hold. No argument of a call is in it. */
export interface AuditRow {
  seq: number;
  at: string;
  event: string;
  operation: string;
  operation_id: string | null;
  workflow: string | null;
  team: string | null;
  target: string | null;
  actor: string;
  auth_method: string;
  client: string | null;
  door: string;
  request_id: string;
  risk: string;
  reason: string | null;
  code: string | null;
  commit: string | null;
  plan_digest: string | null;
  prev_hash: string;
  hash: string;
}

/** The newest entry of the audit chain, sealed with a key that the store does not hold: a tail cut off no longer fits it. One row. */
export interface AuditHeadRow {
  id: number;
  /** 0 = no entry yet. */
  seq: number;
  hash: string;
  /** HMAC-SHA256 in hex; see `platform/audit/audit-head`. */
  seal: string;
}

/** Confirm tokens that were used; a row is kept until its token would have expired. */
export interface ConfirmationRow {
  id: string;
  expires_at: string;
}

export interface Tables
  extends SecretTables, IncidentTables, RepositoryTables, DomainTables, OAuthTables, ReplicaTables {
  operations: OperationRow;
  operation_steps: StepRow;
  step_logs: StepLogRow;
  audit: AuditRow;
  audit_head: AuditHeadRow;
  confirmations: ConfirmationRow;
}
