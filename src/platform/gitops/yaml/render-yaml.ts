import { LONE_SURROGATE, type ScalarPlace, scalarText, UNPRINTABLE } from './scalar-text';
import { isFilled, isRecord, type YamlRecord, type YamlValue } from './yaml-value';

/** How far children stand in from their parent. */
export interface BlockStyle {
  readonly step: number;
  /** Dashes of a list below its key: 0 puts them under the key itself. */
  readonly listOffset: number;
}

const DEFAULT_STYLE: BlockStyle = { step: 2, listOffset: 2 };

/** Readers give up on `key:` when the key is longer than 1024 characters; `? key` has no such limit. */
const LONGEST_SIMPLE_KEY = 1000;

/**
 * Writes a new document from plain data: block style, two spaces, no folding. Every string some YAML 1.1 or 1.2 reader
 * would take for another type is quoted. `header` lines become comments on top.
 */
export function toYaml(value: YamlValue, header: readonly string[] = []): string {
  const lines = [...header.map(commentLine), ...blockLines(value)];
  return lines.map((line) => `${line}\n`).join('');
}

/** A value in block style, one array element per line; empty collections and scalars take one line. */
export function blockLines(value: YamlValue, style: BlockStyle = DEFAULT_STYLE): string[] {
  if (!isFilled(value)) return [inlineText(value)];
  if (!isRecord(value)) return value.flatMap((item) => withLead('- ', blockLines(item, style)));
  return Object.entries(value).flatMap(([key, item]) => pairLines(key, item, style));
}

/** A value on one line: a scalar, or a collection in flow style. */
export function inlineText(value: YamlValue, place: ScalarPlace = {}): string {
  if (Array.isArray(value)) return `[${value.map((item) => inlineText(item, { flow: true })).join(', ')}]`;
  if (!isRecord(value)) return scalarText(value, place);
  return `{${flowPairs(value).join(', ')}}`;
}

/** The pairs of a flow map, still without commas and braces. */
export function flowPairs(record: YamlRecord): string[] {
  return Object.entries(record).map(([key, item]) => {
    const name = scalarText(key, { flow: true });
    const text = inlineText(item, { flow: true });
    return name.length > LONGEST_SIMPLE_KEY ? `? ${name} : ${text}` : `${name}: ${text}`;
  });
}

/** Moves lines in by `columns`. */
export function indented(lines: readonly string[], columns: number): string[] {
  return lines.map((line) => ' '.repeat(columns) + line);
}

function pairLines(key: string, value: YamlValue, style: BlockStyle): string[] {
  const name = scalarText(key);
  const explicit = name.length > LONGEST_SIMPLE_KEY;
  const lead = explicit ? [`? ${name}`] : [];
  const colon = explicit ? ':' : `${name}:`;
  if (!isFilled(value)) return [...lead, `${colon} ${inlineText(value)}`];
  const offset = Array.isArray(value) && !explicit ? style.listOffset : style.step;
  return [...lead, colon, ...indented(blockLines(value, style), offset)];
}

function withLead(lead: string, lines: readonly string[]): string[] {
  return lines.map((line, index) => (index === 0 ? lead : ' '.repeat(lead.length)) + line);
}

/** A comment cannot be escaped, so whatever could end its line or upset a strict reader becomes a space. */
function commentLine(text: string): string {
  const clean = text.replace(new RegExp(UNPRINTABLE, 'g'), ' ').replace(new RegExp(LONE_SURROGATE, 'gu'), ' ');
  return `# ${clean}`.trimEnd();
}
