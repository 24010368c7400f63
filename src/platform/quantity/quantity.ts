/** How a quantity is written: `500m`, `4Gi` or `5e3`. A result keeps the style of what it was made from. */
export type QuantityStyle = 'decimal' | 'binary' | 'exponent';

/** 10⁻⁹, the smallest that Kubernetes knows: `1n`. */
const NANOS = 10n ** 9n;
const DECIMAL_EXPONENTS: Readonly<Record<string, number>> = {
  n: -9,
  u: -6,
  m: -3,
  '': 0,
  k: 3,
  M: 6,
  G: 9,
  T: 12,
  P: 15,
  E: 18,
};
const BINARY_SUFFIXES = ['Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];
const LARGEST_DECIMAL = 18;
const FORM = /^([+-]?)([0-9]*)(?:\.([0-9]*))?([numkMGTPE]|[KMGTPE]i|[eE][+-]?[0-9]{1,2})?$/;
/** Longer ones are nobody's quota, and work grows with the length. */
const MAX_LENGTH = 64;

/** A Kubernetes resource quantity. Exact: whole numbers of 10⁻⁹ without bounds, never a float. Immutable. */
export class Quantity {
  private constructor(
    private readonly nanos: bigint,
    private readonly style: QuantityStyle,
  ) {}

  static readonly zero = new Quantity(0n, 'decimal');
  /** `1m`, the finest that Kubernetes schedules CPU by. */
  static readonly MILLI = new Quantity(NANOS / 1000n, 'decimal');
  /** `1Mi`. */
  static readonly MEBI = new Quantity(NANOS * 1024n ** 2n, 'binary');

  /**
   * Reads the grammar of Kubernetes: sign, fraction, one suffix or an exponent. What is finer than 10⁻⁹ is rounded away from zero,
   * as Kubernetes does. Undefined for anything else, and for exponents beyond two digits.
   */
  static parse(text: string): Quantity | undefined {
    const [, sign = '', whole = '', fraction = '', suffix = ''] = (text.length <= MAX_LENGTH && FORM.exec(text)) || [];
    if (whole + fraction === '') return undefined;
    const { factor, exponent, style } = scaleOf(suffix);
    const digits = BigInt(whole + fraction) * factor;
    const magnitude = shift(digits, exponent - fraction.length + 9);
    return new Quantity(sign === '-' ? -magnitude : magnitude, style);
  }

  /** A whole number, e.g. of pods. */
  static of(count: number): Quantity {
    return new Quantity(BigInt(count) * NANOS, 'decimal');
  }

  plus(other: Quantity): Quantity {
    // Nothing has no style of its own: a sum that starts from zero is written like its terms.
    return new Quantity(this.nanos + other.nanos, this.nanos === 0n ? other.style : this.style);
  }

  minus(other: Quantity): Quantity {
    return this.plus(other.times(-1));
  }

  /** @param count a whole number. */
  times(count: number): Quantity {
    return new Quantity(this.nanos * BigInt(count), this.style);
  }

  compareTo(other: Quantity): -1 | 0 | 1 {
    if (this.nanos === other.nanos) return 0;
    return this.nanos < other.nanos ? -1 : 1;
  }

  exceeds(other: Quantity): boolean {
    return this.compareTo(other) > 0;
  }

  max(other: Quantity): Quantity {
    return other.exceeds(this) ? other : this;
  }

  /** This × numerator / denominator, e.g. 115 / 100; what is finer than 10⁻⁹ is rounded up. @param ratio positive whole numbers. */
  scaledBy({ numerator, denominator }: { numerator: number; denominator: number }): Quantity {
    return new Quantity(ceilDivide(this.nanos * BigInt(numerator), BigInt(denominator)), this.style);
  }

  /** The next whole multiple of a unit, e.g. of `1Mi`, written like the unit. @param unit more than zero. */
  roundedUpTo(unit: Quantity): Quantity {
    return new Quantity(ceilDivide(this.nanos, unit.nanos) * unit.nanos, unit.style);
  }

  /** How many hundredths of the whole this is, to one decimal place, rounded up: 100.1 is too much. Undefined of nothing. */
  percentOf(whole: Quantity): number | undefined {
    return whole.nanos > 0n ? Number(ceilDivide(this.nanos * 1000n, whole.nanos)) / 10 : undefined;
  }

  /** In base units (cores, bytes, pieces), for charts and arithmetic elsewhere. Exact up to what a JSON number holds. */
  toNumber(): number {
    return Number(this.nanos) / Number(NANOS);
  }

  /** The canonical form: no fraction, the largest unit that loses nothing. */
  toString(): string {
    if (this.style === 'binary' && this.nanos % NANOS === 0n) return binaryText(this.nanos / NANOS);
    const isExponent = this.style === 'exponent';
    const { digits, exponent } = strip(this.nanos, isExponent ? Infinity : LARGEST_DECIMAL);
    if (isExponent) return exponent === 0 ? String(digits) : `${digits}e${exponent}`;
    const suffix = Object.entries(DECIMAL_EXPONENTS).find(([, value]) => value === exponent)?.[0] ?? '';
    return `${digits}${suffix}`;
  }
}

function scaleOf(suffix: string): { factor: bigint; exponent: number; style: QuantityStyle } {
  const power = BINARY_SUFFIXES.indexOf(suffix) + 1;
  if (power > 0) return { factor: 1024n ** BigInt(power), exponent: 0, style: 'binary' };
  const exponent = DECIMAL_EXPONENTS[suffix];
  if (exponent !== undefined) return { factor: 1n, exponent, style: 'decimal' };
  return { factor: 1n, exponent: Number(suffix.slice(1)), style: 'exponent' };
}

/** `digits` × 10^`places`, rounded up. */
function shift(digits: bigint, places: number): bigint {
  if (places >= 0) return digits * 10n ** BigInt(places);
  return ceilDivide(digits, 10n ** BigInt(-places));
}

/** The least whole number that is not less than the quotient. BigInt's own division cuts towards zero. */
function ceilDivide(dividend: bigint, divisor: bigint): bigint {
  const quotient = dividend / divisor;
  return dividend % divisor !== 0n && dividend > 0n === divisor > 0n ? quotient + 1n : quotient;
}

function binaryText(value: bigint): string {
  let digits = value;
  let power = 0;
  while (digits !== 0n && digits % 1024n === 0n && power < BINARY_SUFFIXES.length) {
    digits /= 1024n;
    power += 1;
  }
  return `${digits}${power === 0 ? '' : BINARY_SUFFIXES[power - 1]}`;
}

/** Takes whole thousands out of a number of 10⁻⁹. */
function strip(nanos: bigint, largest: number): { digits: bigint; exponent: number } {
  if (nanos === 0n) return { digits: 0n, exponent: 0 };
  let digits = nanos;
  let exponent = -9;
  while (digits % 1000n === 0n && exponent < largest) {
    digits /= 1000n;
    exponent += 3;
  }
  return { digits, exponent };
}
