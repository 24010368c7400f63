import { parseDocument, stringify } from 'yaml';
import { YamlEditError } from './yaml-errors';
import type { YamlScalar } from './yaml-value';

export type QuoteStyle = 'single' | 'double';

/** Where a scalar is going to stand. */
export interface ScalarPlace {
  /** Inside `{}` or `[]`, where commas, brackets and colons mean something. */
  readonly flow?: boolean;
  /** The quotes the scalar it replaces had. */
  readonly quotes?: QuoteStyle;
  /** The scalar it replaces had a colon and no quotes, in flow: then `acme/api:2` needs none either. */
  readonly colons?: boolean;
}

/** Strings without quotes that some YAML 1.1 or 1.2 reader takes for a boolean, null, number, date or merge key. */
const AMBIGUOUS = [
  /^(?:~|=|<<|null|true|false|yes|no|on|off|y|n)?$/i,
  /^[-+]?\.(?:inf|nan)$/i,
  /^[-+]?0[xob][0-9a-f_]*$/i,
  /^[-+]?(?=[._]*[0-9])[0-9_]*\.?[0-9_]*(?:e[-+]?[0-9_]*)?$/i,
  /^[-+]?[0-9][0-9_]*(?::[0-9_]+)+(?:\.[0-9_]*)?$/,
  /^[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}/,
];

/** Line breaks of any YAML version, controls, byte order marks and non-characters: only escapes carry them safely. */
export const UNPRINTABLE = /[^\u0020-\u007e\u00a0-\u2027\u202a-\ufefe\uff00-\ufffd]/;
export const LONE_SURROGATE = /\p{Surrogate}/u;
const NOT_PLAIN_START = /^(?:[?:]|-(?![A-Za-z0-9-])|---(?!-)|\.\.\.)/;
/** In flow, old readers take any colon for the end of a key; those in use only one with a blank or an indicator behind it. */
const COLON_INSIDE = /(?<=[\w/.-]):(?=[\w/.-])/g;
const NOT_PLAIN_IN_FLOW = /[,[\]{}:?#]/;

/** The one place where a scalar becomes YAML text: always one line, always read back as the same value. */
export function scalarText(value: YamlScalar, place: ScalarPlace = {}): string {
  if (typeof value === 'string') return stringText(value, place);
  if (typeof value === 'number') return numberText(value);
  if (value === null || typeof value === 'boolean') return String(value);
  throw new YamlEditError(`a ${typeof value} is not YAML data`);
}

function numberText(value: number): string {
  if (Number.isNaN(value)) return '.nan';
  if (!Number.isFinite(value)) return value > 0 ? '.inf' : '-.inf';
  if (Object.is(value, -0)) return '-0';
  // YAML 1.1 knows an exponent only after a decimal point: 1e+21 is a string there.
  return String(value).replace(/^(-?[0-9]+)e/, '$1.0e');
}

function stringText(value: string, { flow = false, quotes, colons = false }: ScalarPlace): string {
  if (LONE_SURROGATE.test(value)) throw new YamlEditError('a string with half a surrogate pair cannot be written');
  if (quotes === 'double' || UNPRINTABLE.test(value)) return doubleQuoted(value);
  if (quotes === 'single') return singleQuoted(value);
  return (colons ? isPlainSafeWithColons(value) : isPlainSafe(value, flow)) ? value : doubleQuoted(value);
}

function doubleQuoted(value: string): string {
  return JSON.stringify(value).replace(
    /[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function singleQuoted(value: string): string {
  const text = `'${value.replaceAll("'", "''")}'`;
  return readsBack(text, value, true) ? text : doubleQuoted(value);
}

function isPlainSafe(value: string, flow: boolean): boolean {
  if (AMBIGUOUS.some((pattern) => pattern.test(value)) || NOT_PLAIN_START.test(value)) return false;
  if (flow && NOT_PLAIN_IN_FLOW.test(value)) return false;
  return stringify(value, { lineWidth: 0 }) === `${value}\n` && readsBack(value, value, flow);
}

/** In flow. */
function isPlainSafeWithColons(value: string): boolean {
  return isPlainSafe(value.replace(COLON_INSIDE, '_'), true) && readsBack(value, value, true);
}

function readsBack(text: string, value: string, flow: boolean): boolean {
  return (['1.1', '1.2'] as const).every((version) => {
    const document = parseDocument(flow ? `[${text}]` : text, { version, prettyErrors: false, logLevel: 'silent' });
    const data: unknown = document.errors.length === 0 ? document.toJS() : undefined;
    return flow ? Array.isArray(data) && data.length === 1 && data[0] === value : data === value;
  });
}
