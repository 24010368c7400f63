/**
 * A scalar without quotes that Helm takes for a number or a boolean. Where its text matters, e.g. in an image tag, what somebody
 * wrote and what a template prints are two things: `1.10` is printed as `1.1`, `20240101` as `2.0240101e+07`.
 */
export class Unquoted {
  constructor(
    /** As it is written. */
    readonly text: string,
    readonly value: number | boolean,
  ) {}

  /** What `{{ . }}` and `{{ . | quote }}` of a Helm template make of it. */
  get printed(): string {
    return typeof this.value === 'number' ? printedNumber(this.value) : String(this.value);
  }
}

const NULLS = /^(?:~|null|Null|NULL)?$/;
const TRUTHS = /^(?:y|Y|yes|Yes|YES|true|True|TRUE|on|On|ON)$/;
const FALSEHOODS = /^(?:n|N|no|No|NO|false|False|FALSE|off|Off|OFF)$/;
/** What Go's ParseInt takes with base 0: the prefix says the base, and a bare leading zero means octal. */
const INTEGER = /^([-+]?)(?:0[xX]([0-9a-fA-F]{1,16})|0[oO]?([0-7]{1,21})|0[bB]([01]{1,64}))$/;
const DECIMAL = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/;
const ENDLESS = /^(?:[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/;

/**
 * What Helm makes of a plain scalar: YAML 1.1 as go-yaml reads it (`yes` is true, `0123` is 83, `1_000` is 1000), whereas the file
 * is parsed as YAML 1.2. Found by asking helm 4.1; test/charts/numbers.spec.ts asks again. Undefined
 * for what Helm refuses: .inf and .nan.
 */
export function helmMeaning(text: string): Unquoted | string | null | undefined {
  if (NULLS.test(text)) return null;
  if (TRUTHS.test(text)) return new Unquoted(text, true);
  if (FALSEHOODS.test(text)) return new Unquoted(text, false);
  if (ENDLESS.test(text)) return undefined;
  const number = helmNumber(text);
  return number === undefined ? text : new Unquoted(text, number);
}

function helmNumber(text: string): number | undefined {
  // Only what starts like a number is looked at, and only then underscores go.
  if (!/^[-+.0-9]/.test(text)) return undefined;
  const digits = text.replaceAll('_', '');
  return prefixed(digits) ?? decimal(digits);
}

function prefixed(digits: string): number | undefined {
  const [, sign, hexadecimal, octal, binary] = INTEGER.exec(digits) ?? [];
  if (sign === undefined) return undefined;
  const value = hexadecimal ? parseInt(hexadecimal, 16) : octal ? parseInt(octal, 8) : parseInt(binary ?? '', 2);
  return sign === '-' && value !== 0 ? -value : value;
}

function decimal(digits: string): number | undefined {
  const value = DECIMAL.test(digits) ? Number(digits) : NaN;
  return Number.isFinite(value) ? withoutMinusZero(digits, value) : undefined;
}

/** `-0` is the integer 0; `-0.0` keeps its sign. */
function withoutMinusZero(digits: string, value: number): number {
  return /^-0+$/.test(digits) ? 0 : value;
}

/** Go's `%v` of a float64: the shortest digits, with an exponent of two digits from a million on and below a ten-thousandth. */
function printedNumber(value: number): string {
  if (value === 0) return Object.is(value, -0) ? '-0' : '0';
  const [mantissa = '', exponent = '0'] = value.toExponential().split('e');
  const power = Number(exponent);
  if (power >= -4 && power < 6) return String(value);
  return `${mantissa}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`;
}
