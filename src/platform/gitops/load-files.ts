import { isUtf8 } from 'node:buffer';
import { FileIndex, type RepositoryFile } from './file-index';
import type { ObjectReader } from './git';
import type { Layout } from './layout';

/** Larger files are no manifests; keeping them would cost memory for nothing. */
const MAX_FILE_BYTES = 1024 * 1024;
/** Blobs asked for at once while the index is built. */
const CHUNK = 500;

/** Every file of ours at one commit. */
export async function loadFiles(
  reader: ObjectReader,
  head: string,
  layout: Layout,
  progress: (done: number, total: number) => void,
): Promise<FileIndex> {
  const trees = await Promise.all(layout.folders.map((folder) => reader.listTree(head, folder)));
  const entries = trees.flat().filter(({ mode }) => isRegularFile(mode));
  const files = new FileIndex();
  for (const { path, mode } of trees.flat()) if (!isRegularFile(mode)) files.set(pointer(path, mode));
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
  const changes = (await reader.diffTrees(from, to, layout.root)).filter(({ path }) => layout.covers(path));
  const present = changes.filter(({ status, mode }) => status !== 'D' && isRegularFile(mode));
  const read = new Map<string, RepositoryFile>();
  for (const { path, status, mode } of changes) {
    if (status !== 'D' && !isRegularFile(mode)) read.set(path, pointer(path, mode));
  }
  for await (const file of readFiles(
    reader,
    present.map(({ path, newSha }) => ({ path, sha: newSha })),
  )) {
    read.set(file.path, file);
  }
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

/** Symbolic links and submodules point somewhere else; they are not followed, but kept to be named. */
function pointer(path: string, mode: string): RepositoryFile {
  return { path, text: '', problem: mode === '160000' ? 'it is a submodule' : 'it is a symbolic link' };
}

function isRegularFile(mode: string): boolean {
  return mode === '100644' || mode === '100755';
}

async function* readFiles(
  reader: ObjectReader,
  entries: readonly { path: string; sha: string }[],
): AsyncIterable<RepositoryFile> {
  for (let start = 0; start < entries.length; start += CHUNK) {
    const chunk = entries.slice(start, start + CHUNK);
    const contents = await Promise.all(chunk.map(({ sha }) => reader.read(sha)));
    yield* chunk.map(({ path, sha }, index) => repositoryFile(path, contents[index]?.content, sha));
  }
}
