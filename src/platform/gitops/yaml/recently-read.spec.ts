import { parseYaml } from './edit-yaml';
import { RecentlyRead } from './recently-read';

describe('RecentlyRead', () => {
  it('reads a text once while it is among the last ones', () => {
    const recent = new RecentlyRead<string[]>(8);
    const read = jest.fn((text: string) => [text]);
    for (const text of ['aaaa', 'bbbb', 'aaaa', 'cccc', 'aaaa', 'bbbb']) expect(recent.of(text, read)).toEqual([text]);
    // `bbbb` was the one not asked for longest when `cccc` came.
    expect(read.mock.calls.map(([text]) => text)).toEqual(['aaaa', 'bbbb', 'cccc', 'bbbb']);
  });

  it('keeps nothing that is larger than all it may keep', () => {
    const recent = new RecentlyRead<number>(3);
    const read = jest.fn(() => 1);
    expect([recent.of('abc', read), recent.of('abcd', read), recent.of('abcd', read), recent.of('abc', read)]).toEqual([
      1, 1, 1, 1,
    ]);
    expect(read).toHaveBeenCalledTimes(3);
  });

  it('keeps no failure', () => {
    const recent = new RecentlyRead<number>();
    const fail = () =>
      recent.of('a', () => {
        throw new Error('broken');
      });
    expect(fail).toThrow('broken');
    expect(recent.of('a', () => 2)).toBe(2);
  });

  it('gives data that nobody can change for others', () => {
    const data = parseYaml('a: {b: [1]}\n') as { a: { b: number[] } };
    expect(() => data.a.b.push(2)).toThrow(TypeError);
    expect(parseYaml('a: {b: [1]}\n')).toEqual({ a: { b: [1] } });
  });
});
