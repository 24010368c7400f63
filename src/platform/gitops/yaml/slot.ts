import { type CST, isAlias, isMap, isScalar, isSeq, type Node, type Pair, type YAMLMap, type YAMLSeq } from 'yaml';
import type { OpenedYaml } from './parse-yaml';
import { isMergeKey, keyName } from './plain-data-reader';
import { itemEnd, itemStart, significant, tokenEnd, tokenStart, writtenItems } from './syntax';
import { YamlEditError } from './yaml-errors';
import { crossesScalar, listIndex, showPath, type YamlPath } from './yaml-value';

/** A place in the text that holds a value: the document itself, what follows a key, or a list item. */
export interface Slot {
  readonly kind: 'root' | 'pair' | 'item';
  readonly path: YamlPath;
  readonly node: Node | null;
  /** The value's syntax; undefined where nothing is written. */
  readonly token?: CST.Token;
  /** The pair or item around the value. */
  readonly item?: CST.CollectionItem;
  /** Indicator, anchor and tag that stand before the value. */
  readonly lead: readonly CST.SourceToken[];
  readonly inFlow: boolean;
  /** Column of the key or dash; 0 at the root. */
  readonly column: number;
}

/** The slots from the root down to the deepest one on the path that exists, and the rest of the path. */
export interface Trail {
  readonly slots: readonly Slot[];
  readonly slot: Slot;
  readonly rest: YamlPath;
}

type ItemSlotPlace = Pick<Slot, 'path' | 'node' | 'item' | 'inFlow' | 'column'>;

/** Walks `path` as far as the text goes. Throws where the path crosses an alias or a scalar. */
export function findTrail({ root }: OpenedYaml, path: YamlPath): Trail {
  const lead: readonly CST.SourceToken[] = [];
  let slot: Slot = { kind: 'root', path: [], node: root, token: root?.srcToken, lead, inFlow: false, column: 0 };
  const slots = [slot];
  for (const [depth, segment] of path.entries()) {
    const child = childSlot(slot, segment, path.slice(0, depth + 1));
    if (!child) return { slots, slot, rest: path.slice(depth) };
    slots.push(child);
    slot = child;
  }
  return { slots, slot, rest: [] };
}

function childSlot({ node }: Slot, segment: string | number, path: YamlPath): Slot | undefined {
  if (isMap(node)) return pairSlot(node, String(segment), path);
  if (isSeq(node)) return itemSlot(node, listIndex(segment, path), path);
  if (isAlias(node)) {
    throw new YamlEditError(`the path ${showPath(path)} goes through an alias: what it stands for is shared`);
  }
  if (node === null || (isScalar(node) && node.value === null)) return undefined;
  throw crossesScalar(path);
}

function pairSlot(map: YAMLMap, name: string, path: YamlPath): Slot | undefined {
  const pair = map.items.find(({ key }) => !isMergeKey(key) && keyName(key) === name);
  if (!pair) return undefined;
  const item = (pair as Pair<unknown, Node | null>).srcToken;
  const place = { ...collectionPlace(map, path), path, node: pair.value as Node | null, item };
  return { kind: 'pair', ...place, token: writtenToken(item?.value), lead: significant(item?.sep) };
}

function itemSlot(list: YAMLSeq, index: number, path: YamlPath): Slot | undefined {
  if (index >= list.items.length) return undefined;
  const { token, ...place } = collectionPlace(list, path);
  const item = writtenItems(token)[index];
  const shared: ItemSlotPlace = { ...place, path, node: list.items[index] as Node | null, item };
  return { kind: 'item', ...shared, token: writtenToken(item?.value), lead: significant(item?.start) };
}

function collectionPlace(collection: YAMLMap | YAMLSeq, path: YamlPath) {
  const token = collectionToken(collection, path);
  return { token, inFlow: token.type === 'flow-collection', column: token.indent };
}

/** The syntax of a collection that can be edited from the inside. */
export function collectionToken(
  { srcToken }: YAMLMap | YAMLSeq,
  path: YamlPath,
): CST.BlockMap | CST.BlockSequence | CST.FlowCollection {
  // A pair directly in a flow list, `[a: 1]`, is a map without syntax of its own.
  if (srcToken) return srcToken as CST.BlockMap | CST.BlockSequence | CST.FlowCollection;
  throw new YamlEditError(`${showPath(path)} is written in a way that cannot be edited in place`);
}

function writtenToken(token: CST.Token | undefined): CST.Token | undefined {
  return token && tokenEnd(token) > token.offset ? token : undefined;
}

/** Offset after the indicator, anchor or tag before the value, or of the key that has no colon. */
export function leadEnd({ lead, item, token }: Slot): number {
  const last = lead.at(-1);
  if (last) return last.offset + last.source.length;
  if (item) return token ? tokenStart(token) : itemEnd(item);
  return token ? tokenStart(token) : 0;
}

/** The value's first and last offset; both are the end of the lead where nothing is written. */
export function valueSpan(slot: Slot): { start: number; end: number } {
  const { token, item, kind } = slot;
  // `[a: 1]`: the item is a pair, not just its value.
  if (kind === 'item' && item?.key) return { start: itemStart(item), end: itemEnd(item) };
  if (!token) return { start: leadEnd(slot), end: leadEnd(slot) };
  return { start: tokenStart(token), end: tokenEnd(token) };
}
