import { teamNames } from './team-names';

it('takes GitHub teams in both ways of writing them, in lower case, sorted, each once', () => {
  expect(teamNames(['Acme:Platform', 'acme/platform', 'acme/all', 'b-corp:x.y_z'])).toEqual([
    'acme/all',
    'acme/platform',
    'b-corp/x.y_z',
  ]);
});

it.each([[undefined], ['acme:platform'], [{ 0: 'acme:platform' }], [7]])('takes nothing from %j', (groups) =>
  expect(teamNames(groups)).toEqual([]),
);

it('passes over what names no team', () => {
  expect(
    teamNames(['admins', 'acme:', ':x', 'a:b:c', 'a/b/c', 'acme platform', '', null, ['acme:x'], 'ac me:x']),
  ).toEqual([]);
});

it('looks at a thousand at most', () => {
  const many = Array.from({ length: 5_000 }, (_, index) => `acme:t${index}`);
  expect(teamNames(many)).toHaveLength(1_000);
});
