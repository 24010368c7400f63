import { readConfig } from '../config';
import { isStale, type Person } from './person';

const HOUR_MS = 3_600_000;
const signedInAt = '2026-01-01T00:00:00.000Z';
const after = (hours: number) => new Date(Date.parse(signedInAt) + hours * HOUR_MS);
const config = (organizations: string) =>
  readConfig({
    MCTL_ADMINS: 'admin',
    MCTL_GITHUB_TOKENS: 'true',
    MCTL_GITHUB_ORGANIZATIONS: organizations,
    MCTL_OAUTH_TEAMS_TTL: '8h',
  });
const person = (via: Person['via'], teams?: string[]): Person => ({ login: 'ada', via, signedInAt, teams });

it.each([
  ['teams', person('oidc', ['acme/platform']), '', true],
  ['no teams', person('github', []), '', false],
  ['none asked for', person('github'), '', false],
  ['an organisation that let them in', person('github'), 'acme', true],
  ['an organisation of others', person('oidc'), 'acme', false],
  ['a local token', person('local'), 'acme', false],
])('what was said of somebody with %s counts for a while, where it can change', (_, who, organizations, expected) => {
  expect(isStale(who, config(organizations), after(8))).toBe(false);
  expect(isStale(who, config(organizations), after(8.01))).toBe(expected);
});
