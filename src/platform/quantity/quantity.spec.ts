import fc from 'fast-check';
import { Quantity } from './quantity';

function quantity(text: string): Quantity {
  const parsed = Quantity.parse(text);
  if (!parsed) throw new Error(`${text} was not read`);
  return parsed;
}

const SUFFIXES = [
  'n',
  'u',
  'm',
  '',
  'k',
  'M',
  'G',
  'T',
  'P',
  'E',
  'Ki',
  'Mi',
  'Gi',
  'Ti',
  'Pi',
  'Ei',
  'e3',
  'E3',
  'e-3',
  'e0',
  'e12',
];

const written = fc
  .tuple(
    fc.constantFrom('', '+', '-'),
    fc.nat({ max: 1_000_000_000 }),
    fc.option(fc.nat({ max: 999_999 }), { nil: undefined }),
    fc.constantFrom(...SUFFIXES),
  )
  .map(([sign, whole, fraction, suffix]) => `${sign}${whole}${fraction === undefined ? '' : `.${fraction}`}${suffix}`);

describe(Quantity.name, () => {
  it.each([
    ['500m', '500m'],
    ['0.5', '500m'],
    ['1.5', '1500m'],
    ['2', '2'],
    ['2000m', '2'],
    ['3000', '3k'],
    ['.5', '500m'],
    ['5.', '5'],
    ['0', '0'],
    ['-0.1', '-100m'],
    ['+1', '1'],
    ['1280Mi', '1280Mi'],
    ['4096Mi', '4Gi'],
    ['1.5Gi', '1536Mi'],
    ['0.5Ki', '512'],
    ['128M', '128M'],
    ['5e3', '5e3'],
    ['5E3', '5e3'],
    ['5E', '5E'],
    ['12e-3', '12e-3'],
    ['1e4', '10e3'],
    ['100n', '100n'],
    ['0.1n', '1n'],
    ['-0.1n', '-1n'],
    ['1000E', '1000E'],
    ['1024Ei', '1024Ei'],
  ])('reads %s and writes it as %s', (text, canonical) => {
    expect(String(quantity(text))).toBe(canonical);
  });

  it.each([
    '',
    '.',
    '+',
    'm',
    'Ki',
    '1 Gi',
    ' 1',
    '1gi',
    '1K',
    '1mi',
    '1e',
    '1e999',
    '--1',
    '1.2.3',
    '0x10',
    'NaN',
    'Infinity',
    '1_000',
    '１',
    `1${'0'.repeat(64)}`,
  ])('does not read %p', (text) => expect(Quantity.parse(text)).toBeUndefined());

  it('compares across units', () => {
    expect(quantity('1Gi').compareTo(quantity('1G'))).toBe(1);
    expect(quantity('1000m').compareTo(quantity('1'))).toBe(0);
    expect(quantity('1e3').compareTo(quantity('1Ki'))).toBe(-1);
    expect(quantity('0.1').plus(quantity('0.2')).compareTo(quantity('0.3'))).toBe(0);
  });

  it('writes a sum in the style of its first term that is not zero', () => {
    expect(String(quantity('256Mi').plus(quantity('1Gi')))).toBe('1280Mi');
    expect(String(Quantity.zero.plus(quantity('512Mi')))).toBe('512Mi');
    expect(String(quantity('200m').times(3).plus(quantity('1')))).toBe('1600m');
    expect(String(Quantity.of(7).plus(Quantity.of(3)))).toBe('10');
  });

  it('never throws, whatever the text', () => {
    fc.assert(fc.property(fc.string(), (text) => void Quantity.parse(text)?.toString()));
  });

  it('reads back what it writes, exactly', () => {
    fc.assert(
      fc.property(written, (text) => {
        const first = quantity(text);
        const again = quantity(first.toString());
        expect(again.compareTo(first)).toBe(0);
        expect(again.toString()).toBe(first.toString());
      }),
    );
  });

  it('adds like numbers do: in any order, and times is adding again and again', () => {
    fc.assert(
      fc.property(written, written, written, fc.nat({ max: 20 }), (a, b, c, count) => {
        const [x, y, z] = [quantity(a), quantity(b), quantity(c)];
        expect(x.plus(y).compareTo(y.plus(x))).toBe(0);
        expect(
          x
            .plus(y)
            .plus(z)
            .compareTo(x.plus(y.plus(z))),
        ).toBe(0);
        const sum = Array.from({ length: count }, () => x).reduce((total, term) => total.plus(term), Quantity.zero);
        expect(sum.compareTo(x.times(count))).toBe(0);
      }),
    );
  });

  it('orders like the numbers that are meant', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer(), fc.constantFrom('n', 'm', '', 'k', 'Ki', 'Gi', 'e3'), (a, b, suffix) => {
        expect(quantity(`${a}${suffix}`).compareTo(quantity(`${b}${suffix}`))).toBe(Math.sign(a - b));
      }),
    );
  });

  // What Kubernetes' own parser makes of these (apimachinery, pkg/api/resource), each as a whole number of billionths.
  it.each([
    ['0Ki', 0n],
    ['3.001n', 4n],
    ['1.1E-9', 2n],
    ['0.0000000001', 1n],
    ['0.00000012345', 124n],
    ['4u', 4_000n],
    ['0.5e-1', 50_000_000n],
    ['1.3E+6', 1_300_000n * 10n ** 9n],
    ['100.035k', 100_035n * 10n ** 9n],
    ['100.035Ki', 102_435_840n * 10n ** 6n],
    ['0.05Gi', 536_870_912n * 10n ** 8n],
    ['0.000000000001Ki', 2n],
    ['.0001k', 100n * 10n ** 6n],
    ['1.G', 10n ** 18n],
    ['3Ei', 3n * 1024n ** 6n * 10n ** 9n],
    ['12E', 12n * 10n ** 27n],
  ])('means by %s what Kubernetes means', (text, nanos) => {
    for (const [sign, factor] of [
      ['', 1n],
      ['+', 1n],
      ['-', -1n],
    ] as const) {
      expect(quantity(sign + text).compareTo(quantity(`${nanos * factor}n`))).toBe(0);
    }
  });

  it.each(['1.1.M', '1+1.0M', '0.1mi', '0.1am', '.5i', '1i', '-3.01e-', '1 '])(
    'refuses %p as Kubernetes does',
    (text) => expect(Quantity.parse(text)).toBeUndefined(),
  );

  it('subtracts, scales, rounds up and compares in percent, exactly', () => {
    expect(String(quantity('1Gi').minus(quantity('1536Mi')))).toBe('-512Mi');
    expect(String(quantity('1000Mi').scaledBy({ numerator: 115, denominator: 100 }))).toBe('1150Mi');
    expect(String(quantity('1n').scaledBy({ numerator: 115, denominator: 100 }))).toBe('2n');
    expect(String(quantity('1234567890').roundedUpTo(quantity('1Mi')))).toBe('1178Mi');
    expect(String(quantity('0.1234').roundedUpTo(quantity('1m')))).toBe('124m');
    expect(String(quantity('2Mi').roundedUpTo(quantity('1Mi')))).toBe('2Mi');
    expect(quantity('2001m').percentOf(quantity('2'))).toBe(100.1);
    expect(quantity('1').percentOf(quantity('3'))).toBe(33.4);
    expect(quantity('1').percentOf(Quantity.zero)).toBeUndefined();
    expect(quantity('1536Mi').toNumber()).toBe(1_610_612_736);
    expect(quantity('350m').toNumber()).toBe(0.35);
    expect(String(quantity('1G').max(quantity('1Gi')))).toBe('1Gi');
  });

  it('takes away what it added, and rounds up to the nearest multiple and no further', () => {
    fc.assert(
      fc.property(written, written, fc.constantFrom('1m', '1', '1Mi', '7n'), (a, b, unit) => {
        const [x, y, step] = [quantity(a), quantity(b), quantity(unit)];
        expect(x.plus(y).minus(y).compareTo(x)).toBe(0);
        const rounded = x.roundedUpTo(step);
        expect(x.exceeds(rounded)).toBe(false);
        expect(rounded.minus(step).compareTo(x)).toBe(-1);
      }),
    );
  });
});
