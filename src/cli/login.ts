import { LOGIN_PATTERN } from '../platform/auth/actor';
import { UsageError } from './exit';

/** @throws UsageError for what is no login. */
export function loginOf(user: string): string {
  if (LOGIN_PATTERN.test(user)) return user;
  throw new UsageError('--user is not a login: letters, digits and . _ @ + -, at most 100.');
}
