import { format, inspect } from 'node:util';
import { SecretValue } from './secret-value';
import { checkSecretText, MAX_SECRET_BYTES } from './secret-value.policy';

const value = new SecretValue('hunter2-canary');

describe('SecretValue', () => {
  it('gives its text to whoever asks for it by name', () => {
    expect(value.reveal()).toBe('hunter2-canary');
  });

  it('is shown by nothing that prints or serialises', () => {
    const shown = [
      String(value),
      // eslint-disable-next-line @typescript-eslint/restrict-template-expressions
      `${value}`,
      JSON.stringify({ nested: [value] }),
      inspect(value, { showHidden: true, depth: 9 }),
      format('%s %o %O %j', value, value, value, value),
      JSON.stringify(Object.entries(value)),
      JSON.stringify(structuredClone({ ...value })),
    ].join('\n');
    expect(shown).not.toContain('hunter2');
    expect(shown).toContain('[secret]');
  });
});

describe('what may be a secret', () => {
  const code = (text: string): unknown => {
    try {
      checkSecretText('API_KEY', text);
      return undefined;
    } catch (error) {
      return (error as { code: string }).code;
    }
  };

  it.each(['x', ' ', '-----BEGIN-----\nline\n-----END-----\n', 'schlüssel 🔑', 'x'.repeat(MAX_SECRET_BYTES)])(
    'is text: %#',
    (text) => expect(code(text)).toBeUndefined(),
  );

  it.each([
    ['', 'secret_empty'],
    ['x'.repeat(MAX_SECRET_BYTES + 1), 'secret_too_long'],
    ['ü'.repeat(MAX_SECRET_BYTES / 2 + 1), 'secret_too_long'],
    ['a\0b', 'secret_not_text'],
    ['a\ufffdb', 'secret_not_text'],
    ['a\ud800b', 'secret_not_text'],
  ])('is not: %#', (text, expected) => expect(code(text)).toBe(expected));

  it('is never repeated in the error', () => {
    expect(() => checkSecretText('API_KEY', 'hunter2\0')).toThrow(/^(?!.*hunter2)/);
  });
});
