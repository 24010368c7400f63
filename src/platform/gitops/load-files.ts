import { isUtf8 } from 'node:buffer';
import { FileIndex, type RepositoryFile } from './file-index';
import type { ObjectReader } from './git';
import type { Layout } from './layout';

/** Larger files are no manifests; keeping them would cost memory for nothing. */
const MAX_FILE_BYTES = 1024 * 1024;
/** Blobs asked for at once while the index is built. */
const CHUNK = 500;

/** Every file of ours at one commit. */
export async function loadFiles(reader: ObjectReader, head: string, layout: Layout): Promise<FileIndex> {
  const trees = await Promise.all(layout.folders.map((folder) => reader.listTree(head, folder)));
  const entries = trees.flat().filter(({ type, mode }) => type === 'blob' && isRegularFile(mode));
  const files = new FileIndex();
  for (const file of await readFiles(reader, entries)) files.set(file);
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
  const read = await readFiles(
    reader,
    present.map(({ path, newSha }) => ({ path, sha: newSha })),
  );
  for (const { path } of changes) files.delete(path);
  for (const file of read) files.set(file);
}

/** A file as the index keeps it. What cannot be read as text is kept too: to be named, and never to be taken for absent. */
export function repositoryFile(path: string, content: Buffer | undefined, blob?: string): RepositoryFile {
  if (content === undefined || content.length > MAX_FILE_BYTES) {
    return { path, text: '', blob, problem: `it is larger than ${MAX_FILE_BYTES / 1024} KiB` };
  }
  const text = content.toString('utf8');
  return isUtf8(content) ? { path, text, blob } : { path, text, blob, problem: 'it is not UTF-8' };
}

/** Symbolic links and submodules point somewhere else; they are not followed. */
function isRegularFile(mode: string): boolean {
  return mode === '100644' || mode === '100755';
}

async function readFiles(
  reader: ObjectReader,
  entries: readonly { path: string; sha: string }[],
): Promise<RepositoryFile[]> {
  const files: RepositoryFile[] = [];
  for (let start = 0; start < entries.length; start += CHUNK) {
    const chunk = entries.slice(start, start + CHUNK);
    const contents = await Promise.all(chunk.map(({ sha }) => reader.read(sha)));
    files.push(...chunk.map(({ path, sha }, index) => repositoryFile(path, contents[index]?.content, sha)));
  }
  return files;
}
