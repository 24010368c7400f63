import { EventEmitter } from 'node:events';
import type { ServerResponse } from 'node:http';
import { readConfig } from '../config';
import type { Actor } from './actor';
import { RateLimited, RateLimits } from './rate-limits';

const limits = (env: Record<string, string>) => new RateLimits(readConfig(env));
const actor = (login: string, isAdmin = false) => ({ login, isAdmin }) as Actor;
const response = (closed = false) => Object.assign(new EventEmitter(), { closed }) as unknown as ServerResponse;
const LIMITED = { code: 'rate_limited', details: { retryAfterSeconds: expect.any(Number) } };

it('S80 counts reads and writes of a user apart, whatever the case of the login', async () => {
  const sut = limits({ MCTL_READS_PER_MINUTE: '2', MCTL_WRITES_PER_MINUTE: '1' });
  await sut.count(actor('ada'), 'read');
  await sut.count(actor('ADA'), 'read');
  await expect(sut.count(actor('Ada'), 'read')).rejects.toMatchObject({ ...LIMITED, isFirst: true });
  await expect(sut.count(actor('ada'), 'read')).rejects.toMatchObject({ ...LIMITED, isFirst: false });
  await sut.count(actor('ada'), 'destructive');
  await expect(sut.count(actor('ada'), 'write')).rejects.toBeInstanceOf(RateLimited);
  await sut.count(actor('bob'), 'write');
});

it('S80 counts a team’s members together, and no administrator', async () => {
  const sut = limits({ MCTL_TEAM_WRITES_PER_MINUTE: '2' });
  await sut.countTeam(actor('ada'), 'billing', 'write');
  await sut.countTeam(actor('bob'), 'billing', 'destructive');
  await expect(sut.countTeam(actor('eve'), 'billing', 'write')).rejects.toMatchObject(LIMITED);
  await sut.countTeam(actor('eve'), 'search', 'write');
  await sut.countTeam(actor('eve'), 'billing', 'read');
  await sut.countTeam(actor('root', true), 'billing', 'write');
});

it('S80 lets a team do five times what a user may, where nothing else is set', async () => {
  const sut = limits({ MCTL_WRITES_PER_MINUTE: '1' });
  for (let index = 0; index < 5; index++) await sut.countTeam(actor(`a${index}`), 'billing', 'write');
  await expect(sut.countTeam(actor('a6'), 'billing', 'write')).rejects.toMatchObject(LIMITED);
});

it('S80 counts what needs no token by network: a /64 of IPv6 is one', async () => {
  const sut = limits({ MCTL_OPEN_REQUESTS_PER_MINUTE: '2' });
  await sut.countAddress('2001:db8::1');
  await sut.countAddress('2001:db8::2');
  await expect(sut.countAddress('2001:db8::3')).rejects.toMatchObject(LIMITED);
  await sut.countAddress('2001:db8:0:1::3');
  await sut.countAddress('10.0.0.1');
});

it('S07 holds no more requests of one user at a time than are allowed, and forgets them when they close', () => {
  const sut = limits({ MCTL_CALLS_AT_ONCE: '2' });
  const [first, second] = [response(), response()];
  sut.hold(actor('ada'), first);
  sut.hold(actor('ada'), second);
  expect(() => sut.hold(actor('Ada'), response())).toThrow(RateLimited);
  sut.hold(actor('bob'), response());
  first.emit('close');
  sut.hold(actor('ada'), response());
  expect(() => sut.hold(actor('ada'), response())).toThrow(RateLimited);
});

it('S07 does not hold what was closed before it was known whose it is', () => {
  const sut = limits({ MCTL_CALLS_AT_ONCE: '1' });
  sut.hold(actor('ada'), response(true));
  sut.hold(actor('ada'), response());
  expect(() => sut.hold(actor('ada'), response())).toThrow(RateLimited);
});
