import * as fc from 'fast-check';
import { canonicalJson, digestOf, ulid } from '.';

describe('ulid', () => {
  it('fits a DNS label and the name of a workflow', () => {
    for (let i = 0; i < 1000; i++) expect(ulid()).toMatch(/^[0-7][0-9a-hjkmnp-tv-z]{25}$/);
  });

  it('sorts as text by time', () => {
    const time = fc.integer({ min: 0, max: 2 ** 48 - 1 });
    fc.assert(fc.property(time, time, (a, b) => a === b || ulid(a) < ulid(b) === a < b));
  });

  it('does not repeat within one millisecond', () => {
    expect(new Set(Array.from({ length: 10_000 }, () => ulid(1))).size).toBe(10_000);
  });
});

describe('canonicalJson', () => {
  it('gives equal bytes for equal data, whatever order it was built in', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(canonicalJson(shuffled(value))).toBe(canonicalJson(value));
        expect(digestOf(shuffled(value))).toBe(digestOf(value));
      }),
    );
  });

  it('is JSON that says the same', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) =>
        expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value))),
      ),
    );
  });

  it('leaves out what is undefined, as JSON does, and tells null from nothing', () => {
    expect(canonicalJson({ b: undefined, a: [undefined, null] })).toBe('{"a":[null,null]}');
    expect(digestOf({ a: null })).not.toBe(digestOf({}));
  });

  it('gives other bytes for other data', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (a, b) => {
        fc.pre(JSON.stringify(shuffled(a)) !== JSON.stringify(shuffled(b)));
        expect(canonicalJson(a) === canonicalJson(b)).toBe(isSame(a, b));
      }),
    );
  });
});

const isSame = (a: unknown, b: unknown) => {
  try {
    expect(JSON.parse(JSON.stringify(a))).toEqual(JSON.parse(JSON.stringify(b)));
    return true;
  } catch {
    return false;
  }
};

/** The same data with the keys of every object the other way round. */
function shuffled(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shuffled);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).reverse();
  return Object.fromEntries(entries.map(([key, item]) => [key, shuffled(item)]));
}
