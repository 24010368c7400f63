import { listAt, textAt } from './values';

/** A database that a deleted team of this name left behind: no longer declared, and its data, role and credential may be there. */
export interface LeftOver {
  /** Absent where nobody can tell; so it is with the service. */
  readonly name?: string;
  readonly service?: string;
  /** In PostgreSQL; of the role as well, as MCTL makes them. */
  readonly database?: string;
  readonly role?: string;
  /** Where its credential is in the secret store. */
  readonly credential?: string;
}

/** Reads the data of `databases/{team}.left-over.yaml`, whoever edited it. An entry that says little stays an entry. */
export function readLeftOver(data: unknown): LeftOver[] {
  return listAt(data, 'databases').map((entry) => ({
    name: textAt(entry, 'name'),
    service: textAt(entry, 'service'),
    database: textAt(entry, 'database'),
    role: textAt(entry, 'role'),
    credential: textAt(entry, 'credential'),
  }));
}
