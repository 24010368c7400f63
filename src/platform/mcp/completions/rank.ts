/** Most values that the protocol lets one answer hold. */
export const MOST_VALUES = 100;

export interface Completion {
  readonly values: string[];
  readonly total: number;
  readonly hasMore: boolean;
}

/**
 * What of `candidates` may be meant by what was typed so far: those that begin so, then those that contain it, then those that have
 * its characters in order; within each in the order they came in. Case does not matter, nor do repetitions.
 */
export function complete(candidates: readonly string[], typed: string): Completion {
  const wanted = typed.toLowerCase();
  const ranks: string[][] = [[], [], []];
  for (const candidate of new Set(candidates)) {
    ranks[rankOf(candidate.toLowerCase(), wanted)]?.push(candidate);
  }
  const all = ranks.flat();
  return { values: all.slice(0, MOST_VALUES), total: all.length, hasMore: all.length > MOST_VALUES };
}

/** 3 and above: not meant. */
function rankOf(candidate: string, wanted: string): number {
  if (candidate.startsWith(wanted)) return 0;
  if (candidate.includes(wanted)) return 1;
  return hasInOrder(candidate, wanted) ? 2 : 3;
}

function hasInOrder(candidate: string, wanted: string): boolean {
  let at = -1;
  return [...wanted].every((character) => {
    at = candidate.indexOf(character, at + 1);
    return at !== -1;
  });
}
