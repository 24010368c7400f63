import { YamlEditError } from './yaml-errors';

/** Replaces the characters from `start` up to `end` with `text`. */
export interface Splice {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

const BYTE_ORDER_MARK = '\uFEFF';

/** The text with all splices made; everything outside them is copied as it is. */
export function applySplices(source: string, splices: readonly Splice[]): string {
  const inOrder = [...splices].sort((left, right) => left.start - right.start || left.end - right.end);
  let position = 0;
  let result = '';
  for (const { start, end, text } of inOrder) {
    if (start < position || end < start) throw new YamlEditError('two changes would touch the same characters');
    result += source.slice(position, start) + text;
    position = end;
  }
  return result + source.slice(position);
}

/** The line ending most lines have. */
export function lineEnding(source: string): '\n' | '\r\n' {
  const all = source.split('\n').length - 1;
  const carriage = source.split('\r\n').length - 1;
  return carriage * 2 > all ? '\r\n' : '\n';
}

/** Offset of the first character of the line, after a byte order mark. */
export function lineStart(source: string, offset: number): number {
  const start = offset === 0 ? 0 : source.lastIndexOf('\n', offset - 1) + 1;
  return start === 0 && source.startsWith(BYTE_ORDER_MARK) ? 1 : start;
}

/** Offset of the line's ending (or of the end of the text). */
export function lineEnd(source: string, offset: number): number {
  const feed = source.indexOf('\n', offset);
  if (feed === -1) return source.length;
  return feed > offset && source[feed - 1] === '\r' ? feed - 1 : feed;
}

/** Offset where the next line starts (or the end of the text). */
export function nextLine(source: string, offset: number): number {
  const feed = source.indexOf('\n', offset);
  return feed === -1 ? source.length : feed + 1;
}

/** End of the previous line, before its line ending. */
export function previousLineEnd(source: string, offset: number): number {
  const start = lineStart(source, offset);
  if (source[start - 1] !== '\n') return start;
  return source[start - 2] === '\r' ? start - 2 : start - 1;
}

/** True when there is nothing but spaces and tabs. */
export function isBlank(text: string): boolean {
  return /^[ \t\r\n]*$/.test(text);
}

/** True when a comment or nothing is left of a line. */
export function isBlankOrComment(text: string): boolean {
  return /^\s*$|^\s+#/.test(text);
}

/** Writes `lines` after the line that holds `offset`; a missing final newline stays missing. */
export function insertLines(source: string, offset: number, lines: readonly string[]): Splice {
  const ending = lineEnding(source);
  const next = nextLine(source, offset);
  const followsNewline = next === 0 || source[next - 1] === '\n';
  const text = lines.join(ending);
  return { start: next, end: next, text: followsNewline ? text + ending : ending + text };
}

/** Removes the lines from the one that holds `start` to the one that holds `end`, with one line ending. */
export function deleteLines(source: string, start: number, end: number): Splice {
  const next = nextLine(source, end);
  const atEndWithoutNewline = next === source.length && !source.endsWith('\n');
  return {
    start: atEndWithoutNewline ? previousLineEnd(source, start) : lineStart(source, start),
    end: next,
    text: '',
  };
}
