/** The newest value of one secret. What a replaced value was is gone: nothing in MCTL could go back to it. */
export interface SecretRow {
  team: string;
  service: string;
  name: string;
  /** From 1; how often this name was given a value since it was last removed. */
  version: number;
  /** See `platform/secrets/seal`: without the key, which no table holds, it tells only its length. */
  sealed: string;
  created_at: string;
  created_by: string;
}

/** A one-time page that waits for the values of secrets. A row is kept until it expires; one that has expired opens nothing. */
export interface IntakeRow {
  id: string;
  /** SHA-256 in hex of the link's token, which nothing keeps. */
  token_hash: string;
  team: string;
  service: string;
  /** JSON, sorted. */
  names: string;
  purpose: string;
  /** JSON of pairs, name and rule, for fields that are not taken as all others are; null = none. */
  rules: string | null;
  /** Login of whoever asked: nobody else may use the link. */
  actor: string;
  opened_at: string;
  expires_at: string;
  /** Sign-ins that failed. */
  attempts: number;
  /** SHA-256 in hex of the browser's session; null until the actor has signed in. */
  session_hash: string | null;
  /** JSON of how that person signed in and their GitHub teams then. */
  signed_in: string | null;
  /** JSON of the names and versions that were stored; null until then. Afterwards the link takes nothing any more. */
  stored: string | null;
}

export interface SecretTables {
  secrets: SecretRow;
  intakes: IntakeRow;
}
