import type { CST } from 'yaml';
import { blockLines, type BlockStyle, flowPairs, indented, inlineText } from './render-yaml';
import type { Slot } from './slot';
import { insertLines, isBlank, isBlankOrComment, lineEnd, lineStart, type Splice } from './source-text';
import { isBlockCollection, itemEnd, itemStart, ownEnd, tokenEnd, writtenItems } from './syntax';
import { YamlEditError } from './yaml-errors';
import { isRecord, showPath, type YamlRecord, type YamlValue } from './yaml-value';

/** The splices that write `entries` after the last entry of the slot's map or list. */
export function appendEntries(
  source: string,
  slot: Slot,
  entries: YamlRecord | YamlValue[],
  style: BlockStyle,
): Splice[] {
  const { token } = slot;
  if (isBlockCollection(token)) {
    const end = ownEnd(source, token, slot.column);
    return [insertLines(source, end, indented(blockLines(entries, style), token.indent))];
  }
  if (token?.type === 'flow-collection') return appendToFlow(source, token, flowTexts(entries));
  throw new YamlEditError(`${showPath(slot.path)} is written in a way that cannot be edited in place`);
}

function flowTexts(entries: YamlRecord | YamlValue[]): string[] {
  return isRecord(entries) ? flowPairs(entries) : entries.map((item) => inlineText(item, { flow: true }));
}

function appendToFlow(source: string, token: CST.FlowCollection, texts: readonly string[]): Splice[] {
  const last = writtenItems(token).at(-1);
  if (!last) throw new YamlEditError('an empty collection is replaced, not appended to');
  const end = itemEnd(last);
  const comma = commaAfter(token, end);
  const afterComma = comma === undefined ? end : comma + 1;
  const start = lineStart(source, itemStart(last));
  const margin = source.slice(start, itemStart(last));
  const ownLine = isBlank(margin) && isBlankOrComment(source.slice(afterComma, lineEnd(source, afterComma)));
  const closesBelow = tokenEnd(token) > lineEnd(source, afterComma);
  if (!ownLine || !closesBelow) return [{ start: end, end, text: texts.map((text) => `, ${text}`).join('') }];
  const lines = texts.map(
    (text, index) => margin + text + (comma === undefined && index === texts.length - 1 ? '' : ','),
  );
  const separator = comma === undefined ? [{ start: end, end, text: ',' }] : [];
  return [...separator, insertLines(source, afterComma, lines)];
}

/** Offset of the comma that follows `offset` among the collection's items. */
export function commaAfter(token: CST.FlowCollection, offset: number): number | undefined {
  const starts = token.items.flatMap(({ start }) => start);
  return starts.find((part) => part.type === 'comma' && part.offset >= offset)?.offset;
}
