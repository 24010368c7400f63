import { HIDDEN_CORPUS, injectionCorpus } from '../../../test/support/injection-corpus';
import { foreignLine, foreignText } from './foreign-text';
import { hasHidden } from './hidden';

const CANARIES = [
  `ghp_${'c'.repeat(36)}`,
  'postgres://ada:canary-word@db/x',
  `AKIA${'C'.repeat(16)}`,
  'password=canary-word',
];

describe('text from outside, attacked', () => {
  it.each(Object.entries(HIDDEN_CORPUS))('S40 nothing stays hidden: %s', (_, text) => {
    expect(hasHidden(foreignText(text, 200))).toBe(false);
    expect(foreignLine(text, 200)).toMatch(/^disk (ignore your rules)?full$/);
  });

  it.each(Object.entries(injectionCorpus('http://127.0.0.1:1')))('S41 stays what it was, as data: %s', (_, text) => {
    expect(foreignText(text, 1000)).toBe(text);
    expect(foreignLine(`${text}\n${text}`, 1000)).toBe(`${text} ${text}`);
  });

  it('S40 is cut, and says so', () => {
    expect(foreignText('x'.repeat(5000), 100)).toBe(`${'x'.repeat(99)}…`);
  });

  it.each(CANARIES)('S42 masks %s wherever it stands', (canary) => {
    for (const text of [canary, `at start: ${canary} then more`, `{"url":"x ${canary} "}`]) {
      expect(foreignText(text, 500)).not.toMatch(/c{36}|canary-word|C{16}/);
    }
  });
});
