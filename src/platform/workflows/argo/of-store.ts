import { MctlError } from '../../errors';
import { LeadershipLost } from '../../store';

/** Whether an error ends a round: what the store does not do for one operation, it does for none. */
export function isOfStore(error: unknown): boolean {
  if (error instanceof LeadershipLost) return true;
  return error instanceof MctlError && error.code === 'store_unavailable';
}
