/** Who leads among the replicas on one database. Written by `LeasedLeadership` alone, by the database's clock. */
export interface LeaseRow {
  name: 'leader';
  /** ULID of a process. */
  holder: string;
  /** Goes up each time that the lease changes hands. */
  term: number;
  expires_at: Date;
}

/** A fact that all replicas must agree on. */
export interface InstallationRow {
  name: 'key_check';
  value: string;
}

/** Counters of `rate-limiter-flexible`, in the form that the library asks for. */
export interface RateLimitRow {
  key: string;
  points: number;
  /** Milliseconds since the epoch. */
  expire: number | null;
}

export interface ReplicaTables {
  leases: LeaseRow;
  installation: InstallationRow;
  rate_limits: RateLimitRow;
}
