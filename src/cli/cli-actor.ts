import type { Actor } from '../platform/auth/actor';
import type { Config } from '../platform/config';
import { ulid } from '../platform/crypto';

/** Who calls when nobody came through a door: whoever can read the data folder may be anybody in it. */
export function cliActor(config: Config, login: string, client: string): Actor {
  return { login, method: 'local', isAdmin: config.isAdmin(login), via: { door: 'cli', requestId: ulid(), client } };
}
