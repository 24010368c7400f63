/** What DNS last said about a custom domain that is proved. Rebuilt by the next look; nothing else depends on it. */
export interface DomainCheckRow {
  /** A-labels. */
  host: string;
  /** Of the registration that was looked at; with another one the row means nothing. Empty where that has none. */
  challenge: string;
  checked_at: string;
  outcome: 'proved' | 'missing' | 'unknown';
  /** `txt` or `cname` where it was proved. */
  method: string | null;
  /** The kind of trouble where DNS did not answer, e.g. `servfail`. */
  trouble: string | null;
  /** Since when DNS answers without a proof; kept while DNS does not answer at all. */
  missing_since: string | null;
  /** Since when DNS does not answer. */
  trouble_since: string | null;
}

export interface DomainTables {
  domain_checks: DomainCheckRow;
}
