import fc from 'fast-check';
import { exactEnv, exactText, exactValue, exactValues } from './exact-text';
import { looksLikeCredential, MASK } from './secrets';

const TOKEN = `ghp_${'a'.repeat(36)}`;

describe('text of a file, exact but for what has to be hidden', () => {
  it.each(['a: "b"\n\tc\n', 'Grüße, 日本語, العربية', 'I ❤\ufe0f it', 'a\r\nb\r\n', '葛\u{e0100}城市'])(
    'is nothing but itself: %j',
    (text) => {
      expect(exactText(text)).toBe(text);
    },
  );

  it.each([
    ['bidi', 'a\u202eb', 'a\\u202eb'],
    ['a mark of direction', 'a\u200fb\u061c', 'a\\u200fb\\u061c'],
    ['zero width', 'a\u200bb\u200d\u2060\ufeff', 'a\\u200bb\\u200d\\u2060\\ufeff'],
    ['ansi', '\x1b[31mred', '\\u001b[31mred'],
    ['what goes back to the start of the line', 'safe\revil', 'safe\\u000devil'],
    ['tags', 'a\u{e0041}', 'a\\ue0041'],
    ['a soft hyphen and a filler', 'a\u00ad\u3164', 'a\\u00ad\\u3164'],
    ['ends of lines that are none to git', 'a\u2028b\u0085', 'a\\u2028b\\u0085'],
    ['a stray selector', 'a\ufe0f', 'a\\ufe0f'],
  ])('spells out %s', (_, text, shown) => {
    expect(exactText(text)).toBe(shown);
  });

  it('masks a credential with something invisible in its middle', () => {
    expect(exactText(`x\ntoken ${TOKEN.slice(0, 9)}\u200b${TOKEN.slice(9)}\ny`)).toBe('x\ntoken [masked]\ny');
  });

  it('has an end, and masks what stands across it', () => {
    expect(exactValue('x'.repeat(50), 10)).toBe('xxxxxxxxx…');
    expect(exactValue(`${'x '.repeat(20)}${TOKEN}`, 45)).not.toContain('ghp_');
    expect(exactValue('as it is ', 10)).toBe('as it is ');
  });

  it('holds for any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), fc.integer({ min: 1, max: 300 }), (text, limit) => {
        const shown = exactValue(text, limit);
        expect(shown.length).toBeLessThanOrEqual(limit);
        expect(shown).not.toMatch(/(?!\t|\r?\n|\r…?$)[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
        expect(looksLikeCredential(shown)).toBe(false);
      }),
    );
  });

  it('masks variables by name, also by one with something invisible in it, and by form', () => {
    const env = { DB_PASSWORD: 'x', 'DB_PASS\u200bWORD': 'y', URL: 'https://u:p@h/', LOG_LEVEL: 'in\u202efo' };
    expect(exactEnv(env, 100)).toEqual({
      DB_PASSWORD: MASK,
      'DB_PASS\\u200bWORD': MASK,
      URL: `https${MASK}h/`,
      LOG_LEVEL: 'in\\u202efo',
    });
  });

  it('is what every string of an answer becomes', () => {
    const answer = { image: 'a\u202eb', list: [{ to: TOKEN }], port: 1, none: null };
    expect(exactValues(answer, 100)).toEqual({ image: 'a\\u202eb', list: [{ to: MASK }], port: 1, none: null });
  });
});
