import { isUtf8 } from 'node:buffer';
import { FileIndex, type RepositoryFile } from './file-index';
import { MAKE_IT_A_FOLDER, unreadable } from './file-problem';
import { GitError, hasQuotedName, isPlainFile, type ObjectContent, type ObjectReader } from './git';
import { foldersAbove, type Layout } from './layout';

/** Larger files are no manifests; keeping them would cost memory for nothing. */
const MAX_FILE_BYTES = 1024 * 1024;
/** Blobs asked for at once while the index is built. */
const CHUNK = 500;
const EXECUTABLE = '100755';

/** Every file of ours at one commit. */
export async function loadFiles(
  reader: ObjectReader,
  head: string,
  layout: Layout,
  progress: (done: number, total: number) => void,
): Promise<FileIndex> {
  const trees = await Promise.all([
    reader.entriesAt(head, layout.places).then((entries) => entries.filter(({ type }) => type !== 'tree')),
    reader.listTree(head, ...layout.folders),
  ]);
  const files = new FileIndex();
  const entries = trees.flat().filter((entry) => {
    const unread = unreadFile(entry, layout);
    if (unread) files.set(unread);
    return !unread;
  });
  progress(0, entries.length);
  for await (const file of readFiles(reader, entries)) {
    files.set(file);
    if (files.size % CHUNK === 0) progress(files.size, entries.length);
  }
  return files;
}

/**
 * Brings the index from one commit to another: costs what changed, not what exists. Whoever reads the index meanwhile sees the old
 * state or the new one, nothing in between.
 */
export async function updateFiles(
  reader: ObjectReader,
  { from, to }: { from: string; to: string },
  layout: Layout,
  files: FileIndex,
): Promise<void> {
  // One process for all folders: while it runs, others may move the branch on.
  // From the top: what comes in the place of a folder above ours is no change below it.
  const changes = (await reader.diffTrees(from, to, layout.top)).filter(({ path }) => layout.covers(path));
  const read = new Map<string, RepositoryFile>();
  const present: (Entry & { sha: string })[] = [];
  for (const { path, mode, newSha } of changes.filter(({ status }) => status !== 'D')) {
    const unread = unreadFile({ path, mode }, layout);
    if (unread) read.set(path, unread);
    else present.push({ path, sha: newSha, mode });
  }
  for await (const file of readFiles(reader, present)) read.set(file.path, file);
  for (const { path } of changes) {
    const file = read.get(path);
    if (file) files.set(file);
    else files.delete(path);
  }
}

/** A file as the index keeps it. What cannot be read as text is kept too: to be named, and never to be taken for absent. */
export function repositoryFile(path: string, content: Buffer | undefined, blob?: string): RepositoryFile {
  if (content === undefined || content.length > MAX_FILE_BYTES) {
    return { path, text: '', blob, problem: `it is larger than ${MAX_FILE_BYTES / 1024} KiB` };
  }
  const text = content.toString('utf8');
  return isUtf8(content) ? { path, text, blob } : { path, text, blob, problem: 'it is not UTF-8' };
}

/** The file with its mode; plain ones, which nearly all are, need no word for it. */
export function withMode(file: RepositoryFile, isExecutable = false): RepositoryFile {
  return isExecutable ? { ...file, isExecutable } : file;
}

/** @throws Conflict `unreadable_file` where something else stands in the place of a folder above one of the files. */
export async function requireFolders(reader: ObjectReader, head: string, files: readonly string[]): Promise<void> {
  const found = await reader.entriesAt(head, new Set(files.flatMap(foldersAbove)));
  const wrong = found.find(({ type }) => type !== 'tree');
  if (wrong) throw unreadable(wrong.path, `${whatIs(wrong)} where a folder belongs`, MAKE_IT_A_FOLDER);
}

interface Entry {
  readonly path: string;
  readonly mode: string;
}

/**
 * What is not read but kept to be named; undefined for a file to read. Symbolic links and submodules point somewhere else and are not
 * followed; what stands in the place of a folder hides what would be in it.
 */
function unreadFile(entry: Entry, layout: Layout): RepositoryFile | undefined {
  const { path } = entry;
  const problem = whatIs(entry);
  if (layout.places.has(path)) {
    return { path, text: '', problem: `${problem} where a folder belongs`, fix: MAKE_IT_A_FOLDER };
  }
  if (hasQuotedName(path)) return { path, text: '', ...UNWRITABLE };
  return isPlainFile(entry) ? undefined : { path, text: '', problem };
}

const UNWRITABLE = {
  problem: 'its name is not UTF-8, or holds quotes and backslashes; it is shown as git quotes it',
  fix: 'Rename it: MCTL neither reads nor writes nor deletes under such a name.',
};

function whatIs({ mode }: Entry): string {
  if (mode === '160000') return 'it is a submodule';
  return mode === '120000' ? 'it is a symbolic link' : 'it is a file';
}

async function* readFiles(
  reader: ObjectReader,
  entries: readonly { path: string; sha: string; mode: string }[],
): AsyncIterable<RepositoryFile> {
  for (let start = 0; start < entries.length; start += CHUNK) {
    const chunk = entries.slice(start, start + CHUNK);
    const contents = await Promise.all(chunk.map(({ sha }) => contentOf(reader, sha)));
    yield* chunk.map(({ path, sha, mode }, index) =>
      withMode(repositoryFile(path, contents[index]?.content, sha), mode === EXECUTABLE),
    );
  }
}

/** Undefined where it is too large to be read. @throws GitError `corrupt` where the object that a tree names is not there. */
async function contentOf(reader: ObjectReader, sha: string): Promise<ObjectContent | undefined> {
  const object = await reader.read(sha);
  if (object === undefined && (await reader.resolve(sha)) === undefined) {
    throw new GitError({ command: 'cat-file', kind: 'corrupt', stderr: `fatal: missing blob ${sha}` });
  }
  return object;
}
