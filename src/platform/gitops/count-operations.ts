import { ObjectReader } from './git';

/** How many operations the history of a commit has, as far as the repository has it; undefined where the commit is not there. */
export async function countOperations(gitDir: string, commit: string): Promise<number | undefined> {
  const reader = new ObjectReader(gitDir);
  try {
    if ((await reader.resolve(`${commit}^{commit}`)) === undefined) return undefined;
    const found = await reader.findCommitsByTrailer('Operation-Id', undefined, commit);
    return [...found.keys()].filter((id) => id !== '').length;
  } finally {
    await reader.close();
  }
}
