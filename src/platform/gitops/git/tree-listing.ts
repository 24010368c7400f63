import { isUtf8 } from 'node:buffer';

export interface TreeEntry {
  /** A name in it that is not UTF-8 is in git's quoted form: two of them must not become one. See {@link hasQuotedName}. */
  path: string;
  /** `100644` file, `100755` executable, `120000` symbolic link, `160000` submodule: the last two are not content. */
  mode: string;
  type: string;
  sha: string;
}

export interface TreeChange {
  path: string;
  /** Added, modified, deleted, or of another type now (file, link, submodule). */
  status: 'A' | 'M' | 'D' | 'T';
  /** All zeros when the path is new. */
  oldSha: string;
  /** All zeros when the path is gone. */
  newSha: string;
  /** The new mode; of a deleted path the old one. */
  mode: string;
}

export type PathChange = Pick<TreeChange, 'path' | 'status'>;

/** Whether the entry is a plain file: not a symbolic link that could point anywhere, not a submodule. */
export function isPlainFile(entry: { mode: string }): boolean {
  return entry.mode === '100644' || entry.mode === '100755';
}

/** Output of `git ls-tree -z`, with or without `-r`. */
export function parseTree(output: Buffer): TreeEntry[] {
  return records(output).map((record) => {
    const tab = record.indexOf('\t');
    const [mode = '', type = '', sha = ''] = record.slice(0, tab).split(' ');
    return { path: readPath(record.slice(tab + 1)), mode, type, sha };
  });
}

/** Output of `git diff-tree -r -z --raw --no-renames --no-abbrev`. */
export function parseChanges(output: Buffer): TreeChange[] {
  const fields = records(output);
  const changes: TreeChange[] = [];
  for (let at = 0; at + 1 < fields.length; at += 2) {
    changes.push({ path: readPath(fields[at + 1] ?? ''), ...parseHeader(fields[at] ?? '') });
  }
  return changes;
}

/** Output of `git diff-tree --stdin -r -z --name-status`: an id, then letter and path of each change, then the next id. */
export function parsePathChanges(output: Buffer): Map<string, PathChange[]> {
  const found = new Map<string, PathChange[]>();
  let changes: PathChange[] = [];
  const fields = records(output);
  for (let at = 0; at < fields.length; at += 1) {
    const field = fields[at] ?? '';
    if (field.length > 1) found.set(field, (changes = []));
    else changes.push({ status: isStatus(field) ? field : 'M', path: readPath(fields[++at] ?? '') });
  }
  return found;
}

/** `:oldMode newMode oldSha newSha letter`. */
function parseHeader(header: string): Omit<TreeChange, 'path'> {
  const [oldMode = '', newMode = '', oldSha = '', newSha = '', letter = ''] = header.slice(1).split(' ');
  const status = isStatus(letter) ? letter : 'M';
  return { status, oldSha, newSha, mode: status === 'D' ? oldMode : newMode };
}

const LOOKS_QUOTED = /^".*\\.*"$/s;

/** Whether a name in a path of a listing stands there in git's quoted form. Nothing else in a listing looks like that. */
export function hasQuotedName(path: string): boolean {
  return path.includes('\\') && path.split('/').some((name) => LOOKS_QUOTED.test(name));
}

/** Fields as bytes, one a character: a path among them is for {@link readPath}. */
function records(output: Buffer): string[] {
  return output.toString('latin1').split('\0').slice(0, -1);
}

function readPath(bytes: string): string {
  return /[\\\x80-\xff]/.test(bytes) ? bytes.split('/').map(readName).join('/') : bytes;
}

/** A name that only looks like a quoted one is quoted once more, so that it does not become one with the other. */
function readName(bytes: string): string {
  const name = Buffer.from(bytes, 'latin1');
  return isUtf8(name) && !LOOKS_QUOTED.test(bytes) ? name.toString('utf8') : quoted(bytes);
}

/** As git prints it, but for control characters: git has letters for some of them. */
function quoted(bytes: string): string {
  const escaped = bytes.replace(/["\\]|[^ -~]/g, (found) =>
    found === '"' || found === '\\' ? `\\${found}` : `\\${found.charCodeAt(0).toString(8).padStart(3, '0')}`,
  );
  return `"${escaped}"`;
}

function isStatus(letter: string): letter is TreeChange['status'] {
  return letter === 'A' || letter === 'M' || letter === 'D' || letter === 'T';
}
