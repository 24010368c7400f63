import fc from 'fast-check';
import { foreignLine, foreignPairs, foreignText } from './foreign-text';
import { hasHidden } from './hidden';
import { looksLikeCredential } from './secrets';

const TOKEN = `ghp_${'a'.repeat(36)}`;
const LIMITS = { pairs: 3, key: 20, value: 40 };

describe('text from outside', () => {
  it('keeps what people write, line breaks included', () => {
    expect(foreignText('  Disk is 93 % full\r\n→ see /runbook\n', 200)).toBe('Disk is 93 % full\n→ see /runbook');
  });

  it('keeps the indentation of lines', () => {
    expect(foreignText('a:\n  b:\n\t\tc  \nd', 200)).toBe('a:\n  b:\n  c\nd');
  });

  it('loses terminal sequences, control, invisible and bidirectional characters', () => {
    expect(foreignText('\x1b[31mred\x1b[0m \x1b]8;;http://x\x07link\x1b]8;;\x07 a\0b\u202ec\u200b', 200)).toBe(
      'red link a b c',
    );
  });

  it('masks credentials, also those that hidden characters or a limit would have cut in two', () => {
    expect(foreignText(`token ${TOKEN} leaked`, 200)).toBe('token [masked] leaked');
    expect(foreignText(`${'x '.repeat(50)}${TOKEN} ${'y'.repeat(9_000)}`, 110)).not.toContain('ghp_');
    const atTheCut = `${'x '.repeat(2_090)}${TOKEN}${'z '.repeat(2_000)}`;
    expect(foreignText(atTheCut, 100)).not.toContain('ghp_');
  });

  it('is never longer than its limit, whole to the last character', () => {
    expect(foreignText('a'.repeat(101), 100)).toBe(`${'a'.repeat(99)}…`);
    expect(foreignText('😀'.repeat(60), 100)).toMatch(/^(😀)+…$/u);
    expect(foreignText('a'.repeat(100), 100)).toBe('a'.repeat(100));
  });

  it('holds for any text, also cleaned a second time', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), fc.integer({ min: 1, max: 200 }), (text, limit) => {
        const clean = foreignText(text, limit);
        expect(clean.length).toBeLessThanOrEqual(limit);
        expect(hasHidden(clean)).toBe(false);
        expect(looksLikeCredential(clean)).toBe(false);
        expect(foreignLine(text, limit)).not.toMatch(/[\n\r]/);
      }),
    );
  });

  it('answers a megabyte of almost-credentials at once', () => {
    const text = '://a:'.repeat(200_000);
    expect(foreignText(text, 4_000).length).toBeLessThanOrEqual(4_000);
  });
});

describe('named values from outside', () => {
  it('are sorted lines, bounded in number and length', () => {
    expect(foreignPairs({ b: '2', a: '1\n2', d: '4', c: '3' }, LIMITS)).toBe('a: 1\n  2\nb: 2\nc: 3\n… 1 more');
    expect(foreignPairs({ ['k'.repeat(30)]: 'v'.repeat(90) }, LIMITS)).toBe(`${'k'.repeat(19)}…: ${'v'.repeat(39)}…`);
  });

  it('are masked where their name says what they are', () => {
    expect(foreignPairs({ db_password: 'hunter2', note: `see ${TOKEN}` }, LIMITS)).toBe(
      'db_password: [masked]\nnote: see [masked]',
    );
  });
});
