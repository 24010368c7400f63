/** A database with the role that owns it, as they are to be. */
export interface WantedDatabase {
  /** In PostgreSQL; of the role as well. */
  readonly name: string;
  /** Whose it is, e.g. `billing/api`: written beside role and database, so that nobody else's are ever taken over. */
  readonly owner: string;
  readonly extensions: readonly string[];
  /** Most connections of a new role. */
  readonly connections: number;
  /** Host that services use; absent = the one of the administrator's URL. */
  readonly host?: string;
  /** Git declares it. What is there without that is of a try that broke off, or left over. */
  readonly isInUse: boolean;
  /** Id of the operation that makes it; in lower-case letters and digits. */
  readonly operation: string;
  /** Whether what another operation began is for this one to finish: it has not ended well, and was of the same team. */
  readonly mayFinish: (operation: string) => Promise<boolean>;
}

/** How a service reaches its database; all text, as a secret store keeps it. */
export interface Credential {
  readonly host: string;
  readonly port: string;
  readonly database: string;
  readonly username: string;
  readonly password: string;
}

/** Where credentials are kept; what it keeps counts from the next version on. */
export interface Keeper {
  /** Version of the credential that is kept now; undefined where there is none. */
  version(): Promise<number | undefined>;
  /** Keeps another one. @returns its version. */
  keep(credential: Credential): Promise<number>;
}

/** What had to be done. */
export interface Provisioned {
  readonly created: boolean;
  /** The role got a new password. */
  readonly rotated: boolean;
  /** Version of the credential in the store that is the role's. */
  readonly version: number;
  /** Other databases on the server that every role may connect to, those that PostgreSQL ships with left out. */
  readonly othersOpen: number;
}
