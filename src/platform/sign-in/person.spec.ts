import { readConfig } from '../config';
import { isForgotten, isStale, isVouchedFor, type Person } from './person';

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

it.each([
  ['GitHub', person('github'), true],
  ['an OIDC issuer', person('oidc'), true],
  ['a local token', person('local'), false],
])('whoever signed in with %s without teams is asked again there after a while, or never', (_, who, expected) => {
  expect([isStale(who, config(''), after(7 * 24)), isForgotten(who, config(''), after(7 * 24))]).toEqual([
    false,
    false,
  ]);
  const later = after(7 * 24 + 0.01);
  expect([isStale(who, config(''), later), isForgotten(who, config(''), later)]).toEqual([expected, expected]);
});

it('counts only while whoever vouched for somebody is the one that the settings name', () => {
  const issuers = (...all: string[]) =>
    JSON.stringify(
      all.map((issuer, index) => ({ issuer, audiences: ['mctl'], loginClaim: 'sub', loginPrefix: `i${index}.` })),
    );
  const [one, other] = ['https://one.example.org', 'https://other.example.org'];
  const settings = (issuer: string) =>
    readConfig({
      MCTL_ADMINS: 'admin',
      MCTL_OIDC_ISSUERS: issuers(one, other),
      MCTL_SIGN_IN_OIDC_ISSUER: issuer,
      MCTL_SIGN_IN_OIDC_CLIENT_ID: 'mctl',
    });
  const ada = { ...person('oidc'), voucher: one };
  expect(isVouchedFor(ada, settings(one))).toBe(true);
  expect(isVouchedFor(ada, settings(other))).toBe(false);
  expect(isVouchedFor(ada, readConfig({}))).toBe(false);
  expect(isVouchedFor(person('local'), readConfig({}))).toBe(true);
});
