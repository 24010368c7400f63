import { randomBytes } from 'node:crypto';
import * as fc from 'fast-check';
import { keyIdOf, seal, unseal } from './seal';
import { SecretValue } from './secret-value';

const key = randomBytes(32);
const place = { team: 'billing', service: 'api', name: 'STRIPE_KEY', version: 2 };
const value = new SecretValue('sk_live_0123456789');
const code = (work: () => unknown): unknown => {
  try {
    return work();
  } catch (error) {
    return (error as { code: string }).code;
  }
};

describe('a sealed value', () => {
  it('opens as it was, whatever text it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(unseal(key, place, seal(key, place, new SecretValue(text))).reveal()).toBe(text);
      }),
    );
  });

  it('shows nothing of the text, and is another one every time', () => {
    const [first, second] = [seal(key, place, value), seal(key, place, value)];
    expect(first).not.toContain('sk_live');
    expect(Buffer.from(first.split('.')[2] ?? '', 'base64url').toString('latin1')).not.toContain('sk_live');
    expect(first).not.toBe(second);
  });

  it.each([
    ['team', { team: 'elsewhere' }],
    ['service', { service: 'web' }],
    ['name', { name: 'OTHER' }],
    ['version', { version: 1 }],
  ])('does not open at another %s', (_, other) => {
    expect(code(() => unseal(key, { ...place, ...other }, seal(key, place, value)))).toBe('secret_damaged');
  });

  it('does not mistake one place for another whose parts join to the same text', () => {
    const sealed = seal(key, { ...place, team: 'a', service: 'b-c' }, value);
    expect(code(() => unseal(key, { ...place, team: 'a-b', service: 'c' }, sealed))).toBe('secret_damaged');
  });

  it('does not open with a single bit of it changed', () => {
    const [format, id, body = ''] = seal(key, place, value).split('.');
    const bytes = Buffer.from(body, 'base64url');
    for (let index = 0; index < bytes.length; index++) {
      const changed = Buffer.from(bytes);
      changed[index] = (changed[index] ?? 0) ^ 1;
      const sealed = [format, id, changed.toString('base64url')].join('.');
      expect([index, code(() => unseal(key, place, sealed))]).toEqual([index, 'secret_damaged']);
    }
  });

  it.each(['', 'v1', 'v2.x.y', `v1.${keyIdOf(key)}.`, `v1.${keyIdOf(key)}.AAAA`])('is not %j', (sealed) => {
    expect(code(() => unseal(key, place, sealed))).toBe('secret_damaged');
  });

  it('says that the key is another one', () => {
    expect(code(() => unseal(randomBytes(32), place, seal(key, place, value)))).toBe('secrets_key_changed');
  });
});
