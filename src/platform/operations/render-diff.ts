import { createTwoFilesPatch } from 'diff';
import type { FileChange, World } from '../gitops';
import { maskYaml } from '../text/secrets';

/** Characters of a diff that an answer carries. */
const LIMIT = 48_000;

/** Unified diff of exactly these changes, as it may be shown: secrets that somebody wrote into a file are masked. */
export function renderDiff(changes: readonly FileChange[], world: World): string {
  const patches = changes.map(({ path, content }) => {
    const before = world.text(path);
    return createTwoFilesPatch(
      before === undefined ? '/dev/null' : `a/${path}`,
      content === undefined ? '/dev/null' : `b/${path}`,
      maskYaml(before ?? ''),
      maskYaml(content ?? ''),
      undefined,
      undefined,
      { context: 3 },
    ).replace(/^=+\n/, '');
  });
  const diff = patches.join('');
  return diff.length <= LIMIT
    ? diff
    : `${diff.slice(0, LIMIT)}\n… ${diff.length - LIMIT} more characters are not shown.\n`;
}
