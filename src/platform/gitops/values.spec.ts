import { readValues } from './documents';
import { countAt, flagAt, isNullAt, numberAt, printedAt, quantityMapAt, textAt, textMapAt } from './values';

const data = readValues(`
float: 1.10
date: 20240101
octal: 0123
word: on
quoted: "on"
nothing: null
blank: ""
map: {a: 1}
list: [1]
minus: -1
half: 1.5
text: "2"
env: {A: 1.10, B: yes, C: null, D: {x: 1}, E: "yes"}
quotas: {requests.cpu: 0.50, pods: 010, limits.memory: 1.5Gi, services: "5", big: 1000000}
`);

describe('scalars of a values file', () => {
  it.each([
    ['float', '1.10', '1.1', 1.1],
    ['date', '20240101', '2.0240101e+07', 20240101],
    ['octal', '0123', '83', 83],
    ['word', 'on', 'true', undefined],
    ['quoted', 'on', 'on', undefined],
    ['text', '2', '2', 2],
    ['blank', '', '', undefined],
    ['nothing', undefined, undefined, undefined],
    ['map', undefined, undefined, undefined],
    ['list', undefined, undefined, undefined],
  ])('%s is written %p, printed %p and counts as %p', (key, text, printed, number) => {
    expect([textAt(data, key), printedAt(data, key), numberAt(data, key)]).toEqual([text, printed, number]);
  });

  it('counts whole numbers from zero on only', () => {
    expect(['octal', 'text', 'minus', 'half', 'word'].map((key) => countAt(data, key))).toEqual([
      83,
      2,
      undefined,
      undefined,
      undefined,
    ]);
  });

  it('takes words for flags as Helm does, but not text', () => {
    expect(['word', 'quoted', 'octal'].map((key) => flagAt(data, key))).toEqual([true, undefined, undefined]);
  });

  it('tells a null from nothing at all', () => {
    expect(['nothing', 'absent', 'map'].map((key) => isNullAt(data, key))).toEqual([true, false, false]);
  });

  it('reads maps of text as written', () => {
    expect(textMapAt(data, 'env')).toEqual({ A: '1.10', B: 'yes', E: 'yes' });
  });

  it('reads quantities as written, but for numbers that are others to Helm', () => {
    const quotas = { 'requests.cpu': '0.50', pods: '8', 'limits.memory': '1.5Gi', services: '5', big: '1000000' };
    expect(quantityMapAt(data, 'quotas')).toEqual(quotas);
  });
});

describe(readValues.name, () => {
  it.each(['', '# only\n\n  # remarks\n', 'null\n', '~', '---\n', '\uFEFF'])('reads %j as nothing', (text) =>
    expect(readValues(text)).toEqual({}),
  );

  it.each([
    ['- a\n', 'is a list, not a map'],
    ['text\n', 'is a single value, not a map'],
    ['5\n', 'is a single value'],
    ['a: 1\n---\nb: 2\n', 'document'],
    ['a: 1\na: 2\n', 'the key "a" appears twice'],
    ['a:\n\tb: 1\n', 'line 2'],
    ['a: .nan\n', 'not plain data'],
    ['a: *b\n', 'alias'],
    ['a: &a [*a]\n', 'contains it'],
  ])('refuses %j', (text, why) => expect(() => readValues(text)).toThrow(why));

  it('resolves anchors and merge keys', () => {
    expect(textMapAt(readValues('a: &a {x: 1.0, y: b}\nc: {<<: *a, y: 2.50}\n'), 'c')).toEqual({ x: '1.0', y: '2.50' });
  });
});
