import type { IdentityService } from '../identity';
import type { Via } from '../platform/auth/actor';
import { RateLimits } from '../platform/auth/rate-limits';
import { readConfig } from '../platform/config';
import type { Person } from '../platform/sign-in/person';
import { ConnectService } from './connect.service';

const config = readConfig({ MCTL_ADMINS: 'Ada', MCTL_OAUTH_TEAMS_TTL: '1h' });
const via: Via = { door: 'page', requestId: 'r1' };
const ada: Person = { login: 'ada', teams: ['acme/platform'], via: 'github', signedInAt: '2026-03-01T12:00:00.000Z' };

function actorAt(time: string, person: Person) {
  const clock = { now: () => new Date(`2026-03-01T${time}:00.000Z`) };
  return new ConnectService({} as IdentityService, new RateLimits(config), config, clock).actorOf(person, via);
}

describe('who is signed in with a browser', () => {
  it('is the caller that their assistant would be', () => {
    expect(actorAt('12:59', ada)).toMatchObject({
      login: 'ada',
      method: 'github',
      isAdmin: true,
      via,
      teams: ada.teams,
    });
    expect(actorAt('12:59', { ...ada, login: 'bob' })?.isAdmin).toBe(false);
  });

  it('signs in again once what GitHub said of their teams is too old', () => {
    expect(actorAt('13:01', ada)).toBeUndefined();
    expect(actorAt('13:01', { ...ada, teams: undefined })).toBeDefined();
  });
});
