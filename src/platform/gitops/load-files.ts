import type { FileIndex } from './file-index';
import type { ObjectReader } from './git';
import type { Layout } from './layout';

/** Larger files are no manifests; keeping them would cost memory for nothing. */
const MAX_FILE_BYTES = 1024 * 1024;
/** Blobs asked for at once while the index is built. */
const CHUNK = 500;

/** Reads every file of ours at one commit into an empty index. */
export async function loadFiles(reader: ObjectReader, head: string, layout: Layout, files: FileIndex): Promise<void> {
  const trees = await Promise.all(layout.folders.map((folder) => reader.listTree(head, folder)));
  const entries = trees.flat().filter(({ type, mode }) => type === 'blob' && isRegularFile(mode));
  for (let start = 0; start < entries.length; start += CHUNK) {
    const chunk = entries.slice(start, start + CHUNK);
    await readInto(reader, files, chunk);
  }
}

/** Brings the index from one commit to another: costs what changed, not what exists. */
export async function updateFiles(
  reader: ObjectReader,
  from: string,
  to: string,
  layout: Layout,
  files: FileIndex,
): Promise<void> {
  const diffs = await Promise.all(layout.folders.map((folder) => reader.diffTrees(from, to, folder)));
  const changes = diffs.flat();
  for (const { path } of changes) files.delete(path);
  const present = changes.filter(({ status, mode }) => status !== 'D' && isRegularFile(mode));
  await readInto(
    reader,
    files,
    present.map(({ path, newSha }) => ({ path, sha: newSha })),
  );
}

/** Symbolic links and submodules point somewhere else; they are not followed. */
function isRegularFile(mode: string): boolean {
  return mode === '100644' || mode === '100755';
}

async function readInto(
  reader: ObjectReader,
  files: FileIndex,
  entries: readonly { path: string; sha: string }[],
): Promise<void> {
  const contents = await Promise.all(entries.map(({ sha }) => reader.read(sha)));
  entries.forEach(({ path, sha }, index) => {
    const content = contents[index]?.content;
    if (content && content.length <= MAX_FILE_BYTES) files.set({ path, text: content.toString('utf8'), blob: sha });
  });
}
