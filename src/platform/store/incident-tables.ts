/** What is wrong, or was, with something of a team. The words of `status` and `severity` are the tool contract's. */
export interface IncidentRow {
  /** 128 random bits in hex: prefixes of it name it, and nothing about others can be read from it. */
  id: string;
  /** Empty = no team is known for it; only administrators see it. */
  team: string;
  service: string | null;
  /** Lower-case word, e.g. `pod_crashloop`. */
  type: string;
  severity: string;
  status: string;
  /** From outside: cleaned and bounded before it came here. */
  summary: string;
  /** One incident of a team that is not resolved has it (unique index). */
  fingerprint: string;
  source: string;
  /** How often it was reported while it was open. */
  occurrences: number;
  /** How often it came back after it was resolved. */
  flaps: number;
  /** When it began, as its source says. */
  first_seen: string;
  /** When it was reported last. */
  last_seen: string;
  /** Since when it is wrong this time: what ended before that says nothing about now. */
  episode_at: string;
  /** When the row was made, by our clock. */
  created_at: string;
  acknowledged_by: string | null;
  acknowledged_at: string | null;
  resolved_by: string | null;
  resolved_at: string | null;
  resolution: string | null;
  analysis: string | null;
  proposed_fix: string | null;
  pr_url: string | null;
}

/** What a source said of an incident. `seq` goes on when old rows are dropped, so that a gap tells of them. */
export interface IncidentEvidenceRow {
  incident_id: string;
  seq: number;
  at: string;
  kind: string;
  source: string;
  content: string;
}

export interface IncidentEventRow {
  incident_id: string;
  seq: number;
  at: string;
  event: string;
  actor: string;
  text: string | null;
  operation_id: string | null;
}

/** Deliveries of webhooks that were taken: one that comes again is told so and changes nothing. */
export interface WebhookDeliveryRow {
  /** Source and its own key, e.g. `github:delivery:{guid}`. */
  key: string;
  at: string;
}

export interface IncidentTables {
  incidents: IncidentRow;
  incident_evidence: IncidentEvidenceRow;
  incident_events: IncidentEventRow;
  webhook_deliveries: WebhookDeliveryRow;
}
