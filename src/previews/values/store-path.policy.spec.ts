import { storePathIn, toPreviewScope } from './store-path.policy';

it.each([
  ['teams/billing/api', 'teams/billing/api/preview'],
  ['teams/billing/api/stripe', 'teams/billing/api/preview/stripe'],
  ['teams/billing/api/a/b', 'teams/billing/api/preview/a/b'],
  ['teams/billing/shared/smtp', 'teams/billing/shared/preview/smtp'],
  ['teams/billing/api/preview', 'teams/billing/api/preview'],
  ['teams/billing/api/preview/stripe', 'teams/billing/api/preview/stripe'],
  ['teams/billing/preview', 'teams/billing/preview/preview'],
])('moves %s to %s', (path, expected) => {
  expect(toPreviewScope(path, 'billing')).toEqual({ path: expected });
});

it.each([
  ['teams/other/api', 'another team'],
  ['teams/billing', 'names no service'],
  ['platform/ghcr', 'of the platform'],
  ['secret/data/teams/billing/api', 'starts with secret/'],
  ['kv/x', 'starts with kv/'],
  ['', 'no plain path'],
  ['/teams/billing/api', 'no plain path'],
  ['teams/billing/api/', 'no plain path'],
  ['teams//billing/api', 'no plain path'],
  ['teams/billing/../other/api', 'no plain path'],
  ['teams/billing/api/preview/../x', 'no plain path'],
  ['teams/billing/{{ .x }}', 'no plain path'],
  ['teams/billing/api%2f..', 'no plain path'],
])('refuses %s', (path, why) => {
  expect(toPreviewScope(path, 'billing')).toEqual({ because: expect.stringContaining(why) });
});

const found = (text: string) => storePathIn(text, 'billing', (name) => ['billing', 'other'].includes(name));

it.each([
  ['teams/billing/api', 'teams/billing/api'],
  ['https://vault:8200/v1/secret/data/teams/billing/api/stripe', 'teams/billing/api/stripe'],
  ['a: teams/other/api\nb: 1', 'teams/other/api'],
  ['teams/billing', 'teams/billing'],
  ['teams/billing/api/preview and teams/billing/api/live', 'teams/billing/api/live'],
  ['teams/billing/api/preview/../live', 'teams/billing/api/preview'],
  ['teams//billing/api', 'teams//billing/api'],
  ['secret/data/teams/gone/api', 'teams/gone/api'],
  ['secret/data/platform/ghcr', 'secret/data/'],
  ['path=secret/platform', '=secret/'],
  ['platform/ghcr', 'platform/'],
])('finds the store path in %j', (text, path) => {
  expect(found(text)).toBe(path);
});

it.each([
  'teams/billing/api/preview/stripe',
  'https://api.example.com/teams/core/members',
  'https://teams.example.com/billing',
  'my-teams/billing/api',
  '/etc/secret/api',
  'secretly',
  'ghcr.io/platform/x',
])('finds none in %j', (text) => {
  expect(found(text)).toBeUndefined();
});
