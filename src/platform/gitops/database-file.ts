import { at, isPlain, listAt, textAt } from './values';
import { YamlParseError } from './yaml';
import { readDocuments } from './documents';

/** Who makes the database: CloudNativePG in a cluster, or MCTL itself on a server. */
export type DatabaseMode = 'cluster' | 'server';

/** One file `databases/{team}/{name}.yaml`. */
export interface DatabaseFile {
  readonly team: string;
  readonly name: string;
  /** The service that it is for; absent where the file does not say. */
  readonly service?: string;
  /** Absent where the file declares no database: somebody wrote something else there. */
  readonly mode?: DatabaseMode;
  /** Its name in PostgreSQL. */
  readonly database?: string;
  /** The role that owns it. */
  readonly role?: string;
  /** Sorted. */
  readonly extensions: readonly string[];
}

export interface DatabaseKey {
  readonly team: string;
  readonly name: string;
}

/** Which documents there are in a file, as places in it: the one that declares the database is edited, the others stay. */
export interface DatabaseDocument {
  readonly mode: DatabaseMode;
  /** From 0. */
  readonly index: number;
  readonly data: unknown;
}

/**
 * Reads the documents of `databases/{team}/{name}.yaml`, whoever wrote it.
 * @throws YamlParseError for the first document that cannot be read: nobody can tell what it declares.
 */
export function readDatabase({ team, name }: DatabaseKey, text: string): DatabaseFile {
  const found = databaseDocument(text);
  if (!found) return { team, name, extensions: [] };
  const { mode, data } = found;
  if (mode === 'server') {
    const [service, database, role] = ['service', 'database', 'role'].map((key) => textAt(data, key));
    return { team, name, mode, service, database, role, extensions: extensionsIn(listAt(data, 'extensions')) };
  }
  const spec = at(data, 'spec');
  return {
    ...{ team, name, mode },
    service: textAt(data, 'metadata', 'labels', 'mctl.dev/service'),
    database: textAt(spec, 'name'),
    role: textAt(spec, 'owner'),
    extensions: extensionsIn(listAt(spec, 'extensions')),
  };
}

/** @throws YamlParseError. */
export function databaseDocument(text: string): DatabaseDocument | undefined {
  const documents = readDocuments(text);
  const broken = documents.find((document) => document instanceof YamlParseError);
  if (broken) throw broken;
  const index = documents.findIndex((data) => modeOf(data) !== undefined);
  const mode = modeOf(documents[index]);
  return mode && { mode, index, data: documents[index] };
}

function modeOf(data: unknown): DatabaseMode | undefined {
  const isCluster =
    textAt(data, 'kind') === 'Database' && textAt(data, 'apiVersion')?.startsWith('postgresql.cnpg.io/') === true;
  if (isCluster) return 'cluster';
  return textAt(data, 'engine') === 'postgresql' && textAt(data, 'mode') === 'server' ? 'server' : undefined;
}

/** A plain name, or CloudNativePG's `{name, ensure}`; one that is to be absent is none. */
function extensionsIn(entries: readonly unknown[]): string[] {
  const names = entries.flatMap((entry) => {
    if (!isPlain(entry)) return [textAt({ entry }, 'entry') ?? ''];
    return textAt(entry, 'ensure') === 'absent' ? [] : [textAt(entry, 'name') ?? ''];
  });
  return [...new Set(names.filter(Boolean))].sort();
}
