import { isMap, isPair, type Node, type Pair, visit } from 'yaml';
import type { BlockStyle } from './render-yaml';
import { type BlockCollection, isBlockCollection } from './syntax';

/** The indentation most of the document uses, so that new lines look like their neighbours. */
export function blockStyle(root: Node | null): BlockStyle {
  const steps: number[] = [];
  const listOffsets: number[] = [];
  visit(root, {
    Pair(_key, pair, ancestors) {
      const parent = ancestors.at(-1);
      const outer = isMap(parent) ? blockToken(parent) : undefined;
      const inner = isPair(pair) ? blockToken((pair as Pair<unknown, Node | null>).value) : undefined;
      if (!outer || !inner) return;
      (inner.type === 'block-map' ? steps : listOffsets).push(inner.indent - outer.indent);
    },
  });
  const step = mostCommon(steps) ?? 2;
  return { step, listOffset: mostCommon(listOffsets) ?? step };
}

function blockToken(node: Node | null): BlockCollection | undefined {
  const token = node?.srcToken;
  return isBlockCollection(token) ? token : undefined;
}

function mostCommon(values: readonly number[]): number | undefined {
  const counts = new Map<number, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].sort(([, left], [, right]) => right - left)[0]?.[0];
}
