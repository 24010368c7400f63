import { randomBytes } from 'node:crypto';
import { sealJson, unsealJson } from '.';

describe('sealed JSON', () => {
  const key = randomBytes(32);
  const value = { a: 'canary-value', b: [1, null] };

  it('opens with its key at its place, and nowhere else', () => {
    const sealed = sealJson(key, 'row 1', value);
    expect(sealed).not.toContain('canary');
    expect(unsealJson(key, 'row 1', sealed)).toEqual(value);
    expect(unsealJson(key, 'row 2', sealed)).toBeUndefined();
    expect(unsealJson(randomBytes(32), 'row 1', sealed)).toBeUndefined();
  });

  it('does not open where one bit was changed, or the end is missing', () => {
    const bytes = Buffer.from(sealJson(key, 'row', value), 'base64url');
    for (let i = 0; i < bytes.length; i++) {
      const other = Buffer.from(bytes);
      other[i] = (other[i] ?? 0) ^ 1;
      expect(unsealJson(key, 'row', other.toString('base64url'))).toBeUndefined();
      expect(unsealJson(key, 'row', bytes.subarray(0, i).toString('base64url'))).toBeUndefined();
    }
  });

  it('does not open in another spelling of the same bytes', () => {
    for (const more of ['', 'x', 'xy']) {
      const sealed = sealJson(key, 'row', `${more}${'.'.repeat(60)}`);
      const bytes = Buffer.from(sealed, 'base64url');
      const others = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_']
        .map((last) => `${sealed.slice(0, -1)}${last}`)
        .concat(`${sealed}=`, `${sealed} `, `${sealed.slice(0, 9)}!${sealed.slice(9)}`, ` ${sealed}`)
        .filter((other) => other !== sealed);
      expect(others.some((other) => Buffer.from(other, 'base64url').equals(bytes))).toBe(true);
      for (const other of others) expect([other, unsealJson(key, 'row', other)]).toEqual([other, undefined]);
    }
  });

  it('is another text each time', () => expect(sealJson(key, 'row', value)).not.toBe(sealJson(key, 'row', value)));
});
