import { createTwoFilesPatch } from 'diff';
import { maskYaml } from '../text/mask-yaml';
import type { EffectiveChange } from './plan';

/** Characters of a diff that an answer carries. */
const LIMIT = 48_000;

/** Unified diff of exactly these changes, as it may be shown: secrets that somebody wrote into a file are masked. */
export function renderDiff(changes: readonly EffectiveChange[]): string {
  const patches = changes.map(({ path, before, content }) =>
    createTwoFilesPatch(
      before === undefined ? '/dev/null' : `a/${path}`,
      content === undefined ? '/dev/null' : `b/${path}`,
      maskYaml(before ?? ''),
      maskYaml(content ?? ''),
      undefined,
      undefined,
      { context: 3 },
    ).replace(/^=+\n/, ''),
  );
  const diff = patches.join('');
  return diff.length <= LIMIT
    ? diff
    : `${diff.slice(0, LIMIT)}\n… ${diff.length - LIMIT} more characters are not shown.\n`;
}
