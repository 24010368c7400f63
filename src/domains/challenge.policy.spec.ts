import { challengeOf, challengeValue, isChallengeValue, seedOf } from './challenge.policy';

const KEY = new Uint8Array(32).fill(7);
const AT = new Date('2026-03-01T12:00:00.000Z');
const of = (team: string, service: string, host: string, at = AT, key = KEY) =>
  challengeOf(seedOf(key, team, service), host, at);

describe('a challenge', () => {
  it('is the same whenever the same call is planned', () => {
    expect(of('billing', 'api', 'shop.example.com')).toBe(of('billing', 'api', 'shop.example.com'));
    expect(of('billing', 'api', 'shop.example.com')).toMatch(/^[0-9a-f]{64}$/);
  });

  it('is another one for each team, service, host, registration and installation', () => {
    const all = [
      of('billing', 'api', 'shop.example.com'),
      of('shop', 'api', 'shop.example.com'),
      of('billing', 'web', 'shop.example.com'),
      of('billinga', 'pi', 'shop.example.com'),
      of('billing', 'api', 'www.example.com'),
      of('billing', 'api', 'shop.example.com', new Date(AT.getTime() + 1)),
      of('billing', 'api', 'shop.example.com', AT, new Uint8Array(32).fill(8)),
    ];
    expect(new Set(all).size).toBe(all.length);
  });

  it('is known as one by its beginning', () => {
    expect(isChallengeValue(` ${challengeValue('ab')}`)).toBe(true);
    expect(isChallengeValue('v=spf1 mctl-domain-verification=ab')).toBe(false);
  });
});
