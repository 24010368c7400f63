import { expand, isReadable } from './resource-uri';

const OURS = new Set(['mctl']);

describe(isReadable.name, () => {
  it.each(['mctl://platform', 'mctl://services/billing/api', 'mctl://tenants/a%20b'])('takes %s', (uri) => {
    expect(isReadable(uri, OURS)).toBe(true);
  });

  it.each([
    ['another scheme', 'file://platform'],
    ['no scheme', 'platform'],
    ['a second scheme in it', 'mctl://platform://x'],
    ['a query', 'mctl://tenants/billing?team=other'],
    ['an escape that is none', 'mctl://tenants/%zz'],
    ['a broken UTF-8 escape', 'mctl://tenants/%ff'],
    ['a line break', 'mctl://platform\n'],
    ['too much', `mctl://${'a'.repeat(501)}`],
    ['nothing', ''],
  ])('refuses %s', (_, uri) => {
    expect(isReadable(uri, OURS)).toBe(false);
  });
});

describe(expand.name, () => {
  it('escapes what it fills in', () => {
    expect(expand('mctl://services/{team}/{service}', { team: 'a/b', service: 'c' })).toBe('mctl://services/a%2Fb/c');
  });
});
