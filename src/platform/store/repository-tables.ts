/** One ask for access: its link is open until it is used or expires. Rows are kept for a day after that. */
export interface RepositoryLinkRow {
  /** The operation `grant-repo-access` that asked. */
  operation_id: string;
  team: string;
  /** `owner/name` as asked for. */
  repo: string;
  /** Which App at which server (`Github.app`). */
  app: string;
  /** SHA-256 in hex of the state in the link; the state itself is kept nowhere. */
  state_hash: string;
  expires_at: string;
  /** When GitHub sent somebody back with it. From then on it opens nothing. */
  used_at: string | null;
  /** SHA-256 in hex of the form's token, once GitHub has vouched for whoever opened the link. */
  consent_hash: string | null;
  consent_expires_at: string | null;
  /** When that person agreed. */
  agreed_at: string | null;
  github_login: string | null;
  installation_id: number | null;
  account: string | null;
  repository_id: number | null;
  /** As GitHub writes it. */
  full_name: string | null;
}

/** A repository that a team may use, because somebody who administers it agreed. */
export interface RepositoryGrantRow {
  team: string;
  /** GitHub's id: it outlives renaming, and a new repository of the same name has another one. */
  repository_id: number;
  app: string;
  installation_id: number;
  /** Account that the App is installed on. */
  account: string;
  full_name: string;
  /** The operation that asked for it; a later deletion of the team ends it. */
  operation_id: string;
  /** GitHub login of whoever agreed. */
  agreed_by: string;
  granted_at: string;
  /** 1 = private; null until it was synced. SQLite has no truth values. */
  private: number | null;
  default_branch: string | null;
  /** When GitHub last showed it to us; null = not yet, or not at present: it is in no list then. */
  synced_at: string | null;
}

/** The last time that a team's repositories were asked for. */
export interface RepositorySyncRow {
  team: string;
  app: string;
  operation_id: string;
  synced_at: string;
}

export interface RepositoryTables {
  repository_links: RepositoryLinkRow;
  repository_grants: RepositoryGrantRow;
  repository_syncs: RepositorySyncRow;
}
