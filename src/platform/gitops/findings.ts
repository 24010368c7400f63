import { domainOddities } from './domain-oddities';
import { type DatabaseFile, readDatabase } from './database-file';
import { databaseOddities } from './database-oddities';
import { readDocuments, readValues } from './documents';
import type { RepositoryFile } from './file-index';
import { brokenFile, type FileProblem, oddFile, type Oddity, unreadable } from './file-problem';
import type { FileKind } from './layout';
import { readService } from './service-file';
import { serviceOddities } from './service-oddities';
import { tenantOddities } from './tenant-oddities';
import type { Plain } from './values';
import { parseValuesOnce, YamlParseError } from './yaml';

/** What one file says that is worth a second look, without the file's data: that would cost memory for every file there is. */
export interface Findings {
  readonly problems: readonly FileProblem[];
  /** Of a service, lower-case: to find who claims the same one. */
  readonly hosts: readonly string[];
}

const NOTHING: Findings = { problems: [], hosts: [] };

/** By file as the index holds it: a file that changes is another object there, and what is known of the old one goes with it. */
const known = new WeakMap<RepositoryFile, Findings>();

/** Parses the file at its first call; from then on the answer is there. */
export function findingsOf(file: RepositoryFile, kind: FileKind): Findings {
  const found = known.get(file) ?? look(file, kind);
  known.set(file, found);
  return found;
}

function look(file: RepositoryFile, kind: FileKind): Findings {
  const { path, text, problem, fix } = file;
  if (problem) return broken(path, problem, fix);
  if (kind.kind === 'other' && !/\.ya?ml$/.test(path)) return NOTHING;
  try {
    if (kind.kind === 'other') return lookAtDocuments(text);
    if (kind.kind === 'database') return lookAtDatabase(path, readDatabase(kind, text));
    return lookAtValues(path, readValues(text, parseValuesOnce), kind);
  } catch (error) {
    if (!(error instanceof YamlParseError)) throw error;
    return broken(path, error.message);
  }
}

function lookAtDatabase(path: string, database: DatabaseFile): Findings {
  return { problems: databaseOddities(database).map((oddity) => oddFile(path, oddity)), hosts: [] };
}

function lookAtValues(
  path: string,
  data: Plain,
  kind: Extract<FileKind, { kind: 'tenant' | 'service' | 'domain' }>,
): Findings {
  const found = (oddities: Oddity[]): FileProblem[] => oddities.map((oddity) => oddFile(path, oddity));
  if (kind.kind === 'tenant') return { problems: found(tenantOddities(kind.team, data)), hosts: [] };
  if (kind.kind === 'domain') return { problems: found(domainOddities(kind.host, data)), hosts: [] };
  const { hosts } = readService(kind.team, kind.service, data);
  const lower = [...new Set(hosts.map((host) => host.toLowerCase()))];
  return { problems: found(serviceOddities(data)), hosts: lower };
}

/** @throws YamlParseError for the first document that cannot be read. */
function lookAtDocuments(text: string): Findings {
  const wrong = readDocuments(text).find((document) => document instanceof YamlParseError);
  if (wrong) throw wrong;
  return NOTHING;
}

function broken(path: string, why: string, fix?: string): Findings {
  return { problems: [brokenFile(path, unreadable(path, why, fix))], hosts: [] };
}
