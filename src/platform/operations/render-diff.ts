import { createTwoFilesPatch } from 'diff';
import { exactText } from '../text/exact-text';
import { maskYaml } from '../text/mask-yaml';
import type { EffectiveChange } from './plan';

/** Characters of a diff that an answer carries. */
const LIMIT = 48_000;

/**
 * Unified diff of exactly these changes, as it may be shown: secrets that somebody wrote into a file are masked, and
 * characters that nobody sees, or that would misshow the rest to whoever approves it, are spelled out.
 */
export function renderDiff(changes: readonly EffectiveChange[]): string {
  const patches = changes.map(({ path, before, content }) =>
    createTwoFilesPatch(
      before === undefined ? '/dev/null' : `a/${exactText(path)}`,
      content === undefined ? '/dev/null' : `b/${exactText(path)}`,
      shown(before),
      shown(content),
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

function shown(text = ''): string {
  // In this order: a credential that something invisible cuts in two would be masked up to there only.
  return maskYaml(exactText(text));
}
