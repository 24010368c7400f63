import { expand, matcherOf } from './resource-uri';

describe(matcherOf.name, () => {
  it.each([
    ['mctl://platform', 'mctl://platform'],
    ['mctl://services/{team}/{service}', 'mctl://services/billing/api'],
    ['mctl://tenants/{team}', 'mctl://tenants/a%20b'],
    ['mctl://a.b/{team}', 'mctl://a.b/c'],
  ])('finds in %s: %s', (template, uri) => {
    expect(matcherOf(template)(uri)).toBe(true);
  });

  it.each([
    ['another scheme', 'file://tenants/billing'],
    ['letters in another case', 'mctl://Tenants/billing'],
    ['no scheme', 'tenants/billing'],
    ['something before it', 'x-mctl://tenants/billing'],
    ['a second scheme in it', 'mctl://tenants/billing://x'],
    ['a query', 'mctl://tenants/billing?team=other'],
    ['a last slash', 'mctl://tenants/billing/'],
    ['one part more', 'mctl://tenants/billing/api'],
    ['one part less', 'mctl://tenants'],
    ['an empty part', 'mctl://tenants/'],
    ['an escape that is none', 'mctl://tenants/%zz'],
    ['a broken UTF-8 escape', 'mctl://tenants/%ff'],
    ['a line break', 'mctl://tenants/billing\n'],
    ['too much', `mctl://tenants/${'a'.repeat(501)}`],
    ['nothing', ''],
  ])('refuses %s', (_, uri) => {
    expect(matcherOf('mctl://tenants/{team}')(uri)).toBe(false);
  });

  it('takes a dot for nothing but a dot', () => {
    expect(matcherOf('mctl://a.b/{team}')('mctl://axb/c')).toBe(false);
  });
});

describe(expand.name, () => {
  it('escapes what it fills in', () => {
    expect(expand('mctl://services/{team}/{service}', { team: 'a/b', service: 'c' })).toBe('mctl://services/a%2Fb/c');
  });
});
