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
});
