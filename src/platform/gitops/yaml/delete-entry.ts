import type { CST } from 'yaml';
import { commaAfter } from './append-entries';
import { leadEnd, type Slot } from './slot';
import { deleteLines, isBlank, isBlankOrComment, lineEnd, lineStart, type Splice } from './source-text';
import {
  type BlockCollection,
  commentsEnd,
  endsInBlockScalar,
  isBlockCollection,
  itemEnd,
  itemStart,
  ownEnd,
  tokenEnd,
  writtenItems,
} from './syntax';
import { YamlEditError } from './yaml-errors';
import { showPath } from './yaml-value';

type Item = CST.CollectionItem;

/** The splices that take `entry` out of `parent`; a parent left empty becomes `{}` or `[]`. */
export function deleteEntry(source: string, parent: Slot, entry: Slot): Splice[] {
  const { token } = parent;
  const { item } = entry;
  if (item && isBlockCollection(token)) return deleteFromBlock(source, parent, token, entry, item);
  if (item && token?.type === 'flow-collection') return deleteFromFlow(source, token, item);
  throw new YamlEditError(`${showPath(entry.path)} is written in a way that cannot be edited in place`);
}

function deleteFromBlock(source: string, parent: Slot, token: BlockCollection, entry: Slot, item: Item): Splice[] {
  const start = itemStart(item);
  const items = writtenItems(token);
  const end = entryEnd(source, entry, item, items[items.indexOf(item) - 1]);
  if (items.length === 1) return emptyBlock(source, parent, token, start, end);
  if (isBlank(source.slice(lineStart(source, start), start))) return [deleteLines(source, start, end)];
  // The entry shares its line with the dash before it: the next entry moves up, unless a comment stands between.
  const next = items[items.indexOf(item) + 1];
  const nextStart = next ? itemStart(next) : end;
  if (isBlank(source.slice(end, nextStart))) return [{ start, end: nextStart, text: '' }];
  return [{ start: leadEnd(parent), end, text: '' }];
}

/** Comments deeper than a scalar's key stay, except where they would become part of the text before it. */
function entryEnd(source: string, { token, column }: Slot, item: Item, before: Item | undefined): number {
  if (isBlockCollection(token)) return ownEnd(source, token, column);
  return endsInBlockScalar(before) ? commentsEnd(source, itemEnd(item), column + 1) : lineEnd(source, itemEnd(item));
}

function emptyBlock(source: string, parent: Slot, token: BlockCollection, start: number, end: number): Splice[] {
  const text = token.type === 'block-seq' ? '[]' : '{}';
  const lead = leadEnd(parent);
  if (parent.kind === 'root' || !source.slice(lead, start).includes('\n')) return [{ start, end, text }];
  return [{ start: lead, end: lead, text: ` ${text}` }, deleteLines(source, start, end)];
}

function deleteFromFlow(source: string, token: CST.FlowCollection, item: Item): Splice[] {
  const items = writtenItems(token);
  const index = items.indexOf(item);
  const [start, end] = [itemStart(item), itemEnd(item)];
  const comma = commaAfter(token, end);
  const afterComma = comma === undefined ? end : comma + 1;
  const before = items[index - 1];
  if (isAloneOnLines(source, start, afterComma) && lineEnd(source, afterComma) < tokenEnd(token)) {
    return [...commaBefore(token, before, comma), deleteLines(source, start, afterComma)];
  }
  if (items.length === 1) return [{ start: token.start.offset + 1, end: tokenEnd(token) - 1, text: '' }];
  if (index < items.length - 1) return [{ start, end: skipSpaces(source, afterComma), text: '' }];
  const beforeEnd = before ? itemEnd(before) : start;
  return [{ start: source.slice(beforeEnd, start).includes('\n') ? start : beforeEnd, end, text: '' }];
}

/** Where the last entry had no comma, the one that becomes the last gets none either. */
function commaBefore(token: CST.FlowCollection, before: Item | undefined, own: number | undefined): Splice[] {
  const comma = before && own === undefined ? commaAfter(token, itemEnd(before)) : undefined;
  return comma === undefined ? [] : [{ start: comma, end: comma + 1, text: '' }];
}

function isAloneOnLines(source: string, start: number, end: number): boolean {
  return (
    isBlank(source.slice(lineStart(source, start), start)) && isBlankOrComment(source.slice(end, lineEnd(source, end)))
  );
}

/** A comment needs the space before it. */
function skipSpaces(source: string, offset: number): number {
  const rest = source.slice(offset, lineEnd(source, offset));
  const text = rest.trimStart();
  return text.startsWith('#') ? offset : offset + rest.length - text.length;
}
