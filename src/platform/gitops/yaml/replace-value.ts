import type { CST } from 'yaml';
import { blockLines, type BlockStyle, indented, inlineText } from './render-yaml';
import type { QuoteStyle } from './scalar-text';
import { leadEnd, type Slot, valueSpan } from './slot';
import { insertLines, isBlank, lineEnd, lineEnding, lineStart, previousLineEnd, type Splice } from './source-text';
import { type BlockCollection, isBlockCollection, ownEnd, writtenItems } from './syntax';
import { YamlEditError } from './yaml-errors';
import { isFilled, showPath, type YamlValue } from './yaml-value';

/** The splices that put `value` where the slot's value stands. */
export function replaceValue(source: string, slot: Slot, value: YamlValue, style: BlockStyle): Splice[] {
  const { token } = slot;
  const asBlock = isFilled(value) && !slot.inFlow && !isFilledFlow(token);
  if (isBlockCollection(token)) return replaceBlock(source, { ...slot, token }, value, asBlock, style);
  const tags = tagSplices(slot);
  if (asBlock) return [...tags, ...inlineToBlock(source, slot, value, style)];
  return [...tags, ...inlineToInline(source, slot, value)];
}

function isFilledFlow(token: CST.Token | undefined): boolean {
  return token?.type === 'flow-collection' && writtenItems(token).length > 0;
}

/** An explicit tag would keep forcing the old type on the new value. */
function tagSplices({ lead }: Slot): Splice[] {
  return lead.flatMap((token, index) => {
    if (token.type !== 'tag') return [];
    const before = lead[index - 1];
    const start = before ? before.offset + before.source.length : token.offset;
    return [{ start, end: token.offset + token.source.length, text: '' }];
  });
}

function inlineToInline(source: string, slot: Slot, value: YamlValue): Splice[] {
  const { token } = slot;
  const colons = slot.inFlow && token?.type === 'scalar' && token.source.includes(':');
  const text = inlineText(value, { flow: slot.inFlow, quotes: quotesOf(token), colons });
  const { start, end } = valueSpan(slot);
  if (token?.type === 'block-scalar') {
    return [{ start, end: headerEnd(token), text }, removeBody(source, token, end)];
  }
  return [{ start, end, text: start === end ? afterLead(slot, text) : text }];
}

function afterLead(slot: Slot, text: string): string {
  if (slot.lead.length > 0 || slot.kind === 'root') return ` ${text}`;
  if (slot.inFlow) return `: ${text}`;
  throw new YamlEditError(`${showPath(slot.path)} is written in a way that cannot be edited in place`);
}

function quotesOf(token: CST.Token | undefined): QuoteStyle | undefined {
  if (token?.type === 'single-quoted-scalar') return 'single';
  return token?.type === 'double-quoted-scalar' ? 'double' : undefined;
}

function headerEnd({ offset, props }: CST.BlockScalar): number {
  const header = props.find(({ type }) => type === 'block-scalar-header');
  return header && 'source' in header ? offset + header.source.length : offset;
}

/** Everything of a block scalar below its header line. */
function removeBody(source: string, { offset }: CST.BlockScalar, end: number): Splice {
  const start = lineEnd(source, offset);
  return { start, end: Math.max(start, lineEnd(source, end)), text: '' };
}

function inlineToBlock(source: string, slot: Slot, value: YamlValue, style: BlockStyle): Splice[] {
  const lines = blockLines(value, style);
  const column = childColumn(slot, value, style);
  const { start, end } = valueSpan(slot);
  if (slot.kind === 'root') return [rootToBlock(source, start, end, lines)];
  const lead = leadEnd(slot);
  if (slot.lead.length === 0) throw new YamlEditError(`${showPath(slot.path)} cannot be edited in place`);
  if (source.slice(lead, start).includes('\n')) {
    const text = indented(lines, column).join(lineEnding(source));
    return [{ start: lineStart(source, start), end, text }];
  }
  if (slot.token?.type === 'block-scalar') {
    const body = removeBody(source, slot.token, end);
    const text = ['', ...indented(lines, column)].join(lineEnding(source));
    return [
      { start: lead, end: headerEnd(slot.token), text: '' },
      { ...body, text },
    ];
  }
  if (slot.kind === 'item' && isBlank(source.slice(end, lineEnd(source, end))) && slot.lead.length === 1) {
    return [{ start: lead, end, text: ` ${hanging(lines, slot.column + 2, source)}` }];
  }
  return [{ start: lead, end, text: '' }, insertLines(source, end, indented(lines, column))];
}

function rootToBlock(source: string, start: number, end: number, lines: readonly string[]): Splice {
  const text = lines.join(lineEnding(source));
  return { start, end, text: start === lineStart(source, start) ? text : lineEnding(source) + text };
}

function childColumn({ kind, column }: Slot, value: YamlValue, style: BlockStyle): number {
  if (kind === 'root') return 0;
  if (kind === 'item') return column + 2;
  return column + (Array.isArray(value) ? style.listOffset : style.step);
}

/** Lines whose first one continues the current line. */
function hanging(lines: readonly string[], column: number, source: string): string {
  return indented(lines, column).join(lineEnding(source)).trimStart();
}

function replaceBlock(
  source: string,
  slot: Slot & { readonly token: BlockCollection },
  value: YamlValue,
  asBlock: boolean,
  style: BlockStyle,
): Splice[] {
  const { token: old } = slot;
  const { start } = valueSpan(slot);
  const end = ownEnd(source, old, slot.column);
  const lead = leadEnd(slot);
  const tags = tagSplices(slot);
  const sameLine = slot.kind === 'root' || !source.slice(lead, start).includes('\n');
  const sameKind = Array.isArray(value) === (old.type === 'block-seq');
  const column = sameLine || sameKind ? old.indent : childColumn(slot, value, style);
  const lines = asBlock ? blockLines(value, style) : [inlineText(value)];
  if (sameLine) return [...tags, { start, end, text: hanging(lines, column, source) }];
  const from = previousLineEnd(source, start);
  if (!asBlock) return [...tags, { start: lead, end: lead, text: ` ${lines[0]}` }, { start: from, end, text: '' }];
  const ending = lineEnding(source);
  return [...tags, { start: from, end, text: ending + indented(lines, column).join(ending) }];
}
