import { inspect } from 'node:util';
import { Clock } from '../clock';
import { Unauthenticated, Unavailable } from '../errors';
import type { Identity } from './actor';
import { IdentityCache } from './identity-cache';

class SetClock extends Clock {
  time = 1_000_000;
  override now(): Date {
    return new Date(this.time);
  }
}

const ADA: Identity = { login: 'ada', method: 'github' };
const cacheOf = (identityCache: number, clock = new SetClock()) =>
  new IdentityCache({ values: { identityCache } } as never, clock);
const say = (identity: Identity) => () => Promise.resolve(identity);
const refuse = () => Promise.reject(new Unauthenticated('no'));

describe(IdentityCache.name, () => {
  it('remembers what was asked, and for no other question', async () => {
    const cache = cacheOf(60_000);
    await cache.ask('token', 'a', say(ADA));
    expect(cache.find('token', 'a')).toBe(ADA);
    expect(cache.find('token', 'b')).toBeUndefined();
    expect(cache.find('token2', 'a')).toBeUndefined();
  });

  it('forgets after its time, to the millisecond', async () => {
    const clock = new SetClock();
    const cache = cacheOf(60_000, clock);
    await cache.ask('token', 'a', say(ADA));
    clock.time += 60_000;
    expect(cache.find('token', 'a')).toBe(ADA);
    clock.time += 1;
    expect(cache.find('token', 'a')).toBeUndefined();
  });

  it('remembers nothing, and shares nothing, where it is off', async () => {
    const cache = cacheOf(0);
    const verify = jest.fn(say(ADA));
    await Promise.all([cache.ask('token', 'a', verify), cache.ask('token', 'a', verify)]);
    expect(verify).toHaveBeenCalledTimes(2);
    expect(cache.find('token', 'a')).toBeUndefined();
  });

  it('does not remember an outage', async () => {
    const cache = cacheOf(60_000);
    await expect(cache.ask('token', 'a', () => Promise.reject(new Unavailable('down')))).rejects.toThrow('down');
    expect(cache.find('token', 'a')).toBeUndefined();
    await cache.ask('token', 'a', say(ADA));
    expect(cache.find('token', 'a')).toBe(ADA);
  });

  it('keeps good tokens however many bad ones come', async () => {
    const cache = cacheOf(60_000);
    await cache.ask('token', 'a', say(ADA));
    for (let i = 0; i < 20_000; i++) await cache.ask(`bad${i}`, 'a', refuse).catch(() => undefined);
    expect(cache.find('token', 'a')).toBe(ADA);
    // And of the bad ones only the latest.
    expect(() => cache.find('bad19999', 'a')).toThrow('no');
    expect(cache.find('bad0', 'a')).toBeUndefined();
  });

  it('is bounded', async () => {
    const cache = cacheOf(60_000);
    for (let i = 0; i < 6_000; i++) await cache.ask(`token${i}`, 'a', say({ ...ADA, login: `user${i}` }));
    expect(cache.find('token0', 'a')).toBeUndefined();
    expect(cache.find('token5999', 'a')?.login).toBe('user5999');
  });

  it('holds no token', async () => {
    const cache = cacheOf(60_000);
    await cache.ask('ghp_canary', 'a', say(ADA));
    await cache.ask('ghp_canary2', 'a', refuse).catch(() => undefined);
    expect(inspect(cache, { depth: 10, showHidden: true })).not.toContain('canary');
  });
});
