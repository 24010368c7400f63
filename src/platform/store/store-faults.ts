import { InvalidInput, MctlError, Unavailable } from '../errors';

/** Another process has the embedded store open. */
export class StoreInUse extends Error {
  constructor(readonly folder: string) {
    super(
      `Another process has the store in ${folder} open. Two processes never share it: stop the other one, or go through it.`,
    );
    this.name = StoreInUse.name;
  }
}

/** The file of the embedded store is no database, or a broken one. */
export class StoreDamaged extends Error {
  constructor(
    readonly file: string,
    cause: unknown,
  ) {
    super(`The store ${file} is damaged or no store.`, { cause });
    this.name = StoreDamaged.name;
  }
}

/** Another process leads by now: what this one was about to write is not written. */
export class LeadershipLost extends Error {
  constructor() {
    super('Another replica leads by now; what this one had begun is left to it.');
    this.name = LeadershipLost.name;
  }
}

/** Whether SQLite says, of itself or as the cause of another error, that its file is damaged. */
export function isStoreDamage(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = codeOf(error);
  return code === 'SQLITE_NOTADB' || code.startsWith('SQLITE_CORRUPT') || isStoreDamage(error.cause);
}

export function isUniqueViolation(error: unknown): boolean {
  return /^(SQLITE_CONSTRAINT_(UNIQUE|PRIMARYKEY)|23505)$/.test(codeOf(error));
}

/** Constraint violations are ours to handle; everything else SQLite complains about is the disk or the file. */
export function explainSqlite(error: unknown): unknown {
  const code = codeOf(error);
  if (!code.startsWith('SQLITE_') || code.startsWith('SQLITE_CONSTRAINT')) return error;
  return new Unavailable('The store cannot be written, so nothing was done.', {
    code: 'store_unavailable',
    fix: 'Check free space and permissions of the data folder.',
    cause: error,
  });
}

/**
 * SQLSTATE classes (PostgreSQL, appendix A) that speak of the server, its resources or our login, not of the statement: connection,
 * read-only standby, a transaction that idled too long, login, no such database, rollback after a conflict, resources, lock timeout,
 * shutdown or cancellation, its disk.
 */
const SERVER_STATES = /^(08|25006|25P03|28|3D|40|53|55P03|57|58)/;

/** PostgreSQL keeps no NUL in text, where SQLite keeps any character. */
const NOT_A_CHARACTER = '22021';

/**
 * What comes of no statement of ours, e.g. a connection that broke, becomes `Unavailable`. The server's own words stay inside: they may
 * name addresses and users.
 */
export function explainPostgres(error: unknown): unknown {
  if (error instanceof MctlError || !(error instanceof Error)) return error;
  const code = codeOf(error);
  if (code === NOT_A_CHARACTER) return new InvalidInput('Text must not contain the character NUL.', { cause: error });
  const isSqlState = /^[0-9A-Z]{5}$/.test(code) && 'severity' in error;
  if (isSqlState && !SERVER_STATES.test(code)) return error;
  return new Unavailable(`The PostgreSQL server of the store cannot be reached, or refuses${code && ` (${code})`}.`, {
    code: 'store_unavailable',
    fix: 'MCTL connects again by itself. If it lasts: check DATABASE_URL and the server.',
    cause: error,
  });
}

/** PostgreSQL gave the transaction up for another one's sake; done again it may well come through. */
export function isToBeRepeated(error: unknown): boolean {
  return /^(40001|40P01)$/.test(codeOf(error instanceof Unavailable ? error.cause : error));
}

export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}
