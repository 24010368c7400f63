import { fieldOf, readForm } from './entered-values';
import type { FieldRule, Intake } from './intake';

const CHECK: FieldRule = { check: { pattern: '[0-9]+:[a-z]{3,}', words: 'This is no token.' } };

function read(entered: Record<string, string>, rules: Record<string, FieldRule> = {}) {
  const intake = { names: Object.keys(entered), rules: new Map(Object.entries(rules)) } as unknown as Intake;
  const form = Object.entries(entered).map(([name, text]) => [fieldOf(intake, name), text]);
  const { values, problems } = readForm(intake, Object.fromEntries(form) as Record<string, string>);
  return {
    values: Object.fromEntries([...values].map(([name, value]) => [name, value.reveal()])),
    problems: Object.fromEntries(problems),
  };
}

it('keeps a value byte for byte where nothing is known of its form', () => {
  expect(read({ constructor: ' a\r\nb\n' }).values).toEqual({ constructor: ' a\nb\n' });
});

it('takes a value of a known form without the white space that came along', () => {
  expect(read({ TOKEN: ' 12:abc\r\n' }, { TOKEN: CHECK })).toEqual({ values: { TOKEN: '12:abc' }, problems: {} });
});

it.each(['abc', '12:ab', 'x12:abc', '12:abc\n12:abc', '12:abc def'])('refuses %j where the form is known', (text) => {
  expect(read({ TOKEN: text }, { TOKEN: CHECK })).toEqual({ values: {}, problems: { TOKEN: 'This is no token.' } });
});

it('asks for a value where there is none, and for at least one where all have one', () => {
  expect(read({ A: '', B: '' }, { B: { version: 1 } }).problems).toEqual({ A: 'Enter a value.' });
  expect(read({ A: '', B: '' }, { A: { version: 1 }, B: { version: 2 } }).problems).toEqual({
    A: expect.stringContaining('at least one new value'),
  });
  expect(read({ A: '', B: 'b' }, { A: { version: 1 } })).toEqual({ values: { B: 'b' }, problems: {} });
});
