import fc from 'fast-check';
import { InvalidInput } from '../errors';
import { checkJson } from './strict-json';

function verdictOn(text: string | Buffer, encoding?: string): string {
  try {
    checkJson(Buffer.from(text as string), encoding);
    return 'passes';
  } catch (error) {
    expect(error).toBeInstanceOf(InvalidInput);
    return (error as InvalidInput).message;
  }
}

describe(checkJson.name, () => {
  it.each([
    '{}',
    '{"a":{"a":1},"b":{"a":2}}',
    '[{"a":1},{"a":2}]',
    '{"a":"b:\\"c","c":["a","a"]}',
    '"__proto__"',
    '{"a":"__proto__"}',
  ])('lets %s pass', (text) => expect(verdictOn(text)).toBe('passes'));

  it.each([
    '{"a":1,"a":2}',
    '{"a":1,"\\u0061":2}',
    '{"a":{"b":1,"b":2}}',
    '[{"a":1,"b":{},"a":2}]',
    '{"a" : 1 , "a"\n: 2}',
  ])('refuses %s: one key twice', (text) => expect(verdictOn(text)).toBe('The body has one key twice.'));

  it.each(['{"__proto__":1}', '{"a":[{"__proto__":{}}]}', '{"__pro\\u0074o__":1}'])('refuses %s', (text) => {
    expect(verdictOn(text)).toBe('The body has a key __proto__.');
  });

  it('lets __proto__ pass to whoever drops it, and nothing else', () => {
    const tolerant = (text: string) => () => checkJson(Buffer.from(text), 'utf-8', 'dropped');
    expect(tolerant('{"a":[{"__proto__":{}}]}')).not.toThrow();
    expect(tolerant('{"a":1,"a":2}')).toThrow('one key twice');
  });

  it('counts levels, not brackets', () => {
    expect(verdictOn(`${'['.repeat(32)}${']'.repeat(32)}`)).toBe('passes');
    expect(verdictOn(`[${'[],'.repeat(1000)}[]]`)).toBe('passes');
    expect(verdictOn(`"${'['.repeat(1000)}"`)).toBe('passes');
    expect(verdictOn('['.repeat(33))).toMatch(/nested deeper/);
    expect(verdictOn('{"a":'.repeat(100_000))).toMatch(/nested deeper/);
  });

  it('wants UTF-8', () => {
    expect(verdictOn(Buffer.from([0x22, 0xff, 0x22]))).toBe('The body is not UTF-8.');
    expect(verdictOn(Buffer.from('{}', 'utf16le'), 'utf-16')).toBe('The body is not UTF-8.');
  });

  /** An expression that tries every quote again would need hours for these. */
  it.each(['"', '\\"', '"\\', '{"a":"'])('reads a megabyte of %j in one pass', (piece) => {
    expect(typeof verdictOn(piece.repeat(200_000))).toBe('string');
    expect(typeof verdictOn(`"${piece.repeat(200_000)}`)).toBe('string');
  });

  it('lets whatever JSON.stringify writes pass, unless it is too deep', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 8, noUnicodeString: false }), (text) => {
        fc.pre(!text.includes('__proto__'));
        expect(verdictOn(text)).toBe('passes');
      }),
    );
  });
});
