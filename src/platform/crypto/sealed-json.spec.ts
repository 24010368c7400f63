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

  it('is another text each time', () => expect(sealJson(key, 'row', value)).not.toBe(sealJson(key, 'row', value)));
});
