import { git, trusting } from './git.mjs';
import { tool } from './paths.mjs';
import { capture } from './process.mjs';

const LATEST = 10;

/** Problems of the latest commit messages; a folder without history, or with less of it, has fewer to check. */
export async function badCommits() {
  const hashes = (git('log', '--no-merges', '--format=%H', '-n', String(LATEST)) ?? '').split('\n').filter(Boolean);
  if (hashes.length === 0) return [];
  const oldest = hashes.at(-1);
  const range = git('rev-parse', '--verify', '--quiet', `${oldest}^`) ? ['--from', `${oldest}^`] : [];
  const { code, output } = await capture(process.execPath, [tool.commitlint, ...range, '--to', 'HEAD'], {
    env: trusting,
  });
  return code === 0 ? [] : [output.trimEnd()];
}
