import { distance } from 'fastest-levenshtein';

/** Up to three known names that a misspelt one may have meant; undefined where nothing is close. */
export function nearest(name: string, known: readonly string[]): string[] | undefined {
  const limit = Math.max(1, Math.floor(name.length / 3));
  const near = known
    .map((candidate) => ({ candidate, steps: distance(name, candidate) }))
    .filter(({ steps }) => steps <= limit)
    .sort((a, b) => a.steps - b.steps || (a.candidate < b.candidate ? -1 : 1))
    .slice(0, 3)
    .map(({ candidate }) => candidate);
  return near.length > 0 ? near : undefined;
}
