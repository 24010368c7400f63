import type { CST } from 'yaml';
import { lineEnd, nextLine } from './source-text';

export type BlockCollection = CST.BlockMap | CST.BlockSequence;
type Item = CST.CollectionItem;

const LAYOUT = new Set<string>(['space', 'newline', 'comment', 'comma']);

/** Tells collections written with indentation from flow collections and scalars. */
export function isBlockCollection(token: CST.Token | null | undefined): token is BlockCollection {
  return token?.type === 'block-map' || token?.type === 'block-seq';
}

/** Indicators, anchors and tags among tokens that also hold spaces, comments and commas. */
export function significant(tokens: readonly CST.SourceToken[] = []): CST.SourceToken[] {
  return tokens.filter(({ type }) => !LAYOUT.has(type));
}

/** The items that hold something: the parser also makes items of trailing comments and commas. */
export function writtenItems(token: BlockCollection | CST.FlowCollection): Item[] {
  return (token.items as Item[]).filter(
    ({ start, key, sep, value }) => key || value || significant(start).length > 0 || significant(sep).length > 0,
  );
}

/** Offset of the item's first character, indicators and anchors included, commas and comments before it not. */
export function itemStart({ start, key, sep, value }: Item): number {
  const first = significant(start)[0] ?? key ?? significant(sep)[0] ?? value;
  return first ? tokenStart(first) : 0;
}

/** Offset after the item's last character that is not layout. */
export function itemEnd({ start, key, sep, value }: Item): number {
  if (value) return tokenEnd(value);
  const last = significant(sep).at(-1) ?? key ?? significant(start).at(-1);
  return last ? tokenEnd(last) : 0;
}

/** Offset of the token's first character, with an anchor on a block collection's first key. */
export function tokenStart(token: CST.Token): number {
  const first = isBlockCollection(token) ? writtenItems(token)[0] : undefined;
  return first ? itemStart(first) : token.offset;
}

/** Offset after the token's last character; for a block scalar, before the line ending of its last line. */
export function tokenEnd(token: CST.Token): number {
  switch (token.type) {
    case 'block-map':
    case 'block-seq': {
      const last = writtenItems(token).at(-1);
      return last ? itemEnd(last) : token.offset;
    }
    case 'flow-collection': {
      const close = significant(token.end).at(0);
      return close ? close.offset + close.source.length : token.offset;
    }
    case 'block-scalar':
      return blockScalarEnd(token);
    case 'document':
      return token.value ? tokenEnd(token.value) : token.offset;
    default:
      return token.offset + token.source.length;
  }
}

/** Blank lines after a block scalar count as its own only when it keeps them (`|+`). */
function blockScalarEnd({ offset, props, source }: CST.BlockScalar): number {
  const header = props.map((token) => ('source' in token ? token.source : '')).join('');
  const keeps = header.slice(0, 3).includes('+');
  const body = keeps ? source.replace(/\r?\n$/, '') : source.replace(/(?:\r?\n)+$/, '');
  const text = (header + body).replace(body === '' ? /\r?\n$/ : /$^/, '');
  return offset + text.length;
}

/** The line ending after a collection and after the comments below it that stand as deep as its items. */
export function ownEnd(source: string, collection: BlockCollection, ownerColumn: number): number {
  return commentsEnd(source, tokenEnd(collection), Math.max(collection.indent, ownerColumn + 1));
}

/** The line ending after `offset` and after the comments below it that stand at column `depth` or deeper. */
export function commentsEnd(source: string, offset: number, depth: number): number {
  let end = lineEnd(source, offset);
  let position = nextLine(source, end);
  while (position < source.length) {
    const line = source.slice(position, lineEnd(source, position));
    const comment = /^( *)#/.exec(line);
    const isOwn = comment !== null && (comment[1] ?? '').length >= depth;
    if (!isOwn && !/^[ \t]*$/.test(line)) break;
    if (isOwn) end = position + line.length;
    position = nextLine(source, position);
  }
  return end;
}

/** True when the last thing an item says is a block scalar, which would take deeper lines below it for its own. */
export function endsInBlockScalar(item: Item | undefined): boolean {
  const value = item?.value;
  if (isBlockCollection(value)) return endsInBlockScalar(writtenItems(value).at(-1));
  return value?.type === 'block-scalar';
}
