import { Unavailable } from '../../platform/errors';
import { errorOf, isFault } from '../../platform/kubernetes';
import { log } from '../../platform/logging';

/**
 * Clears something away, or looks for what is to be. What is gone already is as good; what the cluster refuses for good is logged, for it must not hide how the build ended.
 * @returns what the work answers; undefined where it was gone or refused.
 * @throws Unavailable where it may work a little later.
 */
export async function tidied<T>(what: string, work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (fault) {
    if (!isFault(fault)) throw fault;
    if (fault.kind === 'absent') return undefined;
    const error = errorOf(fault);
    if (error instanceof Unavailable) throw error;
    log.warn({ err: error }, `MCTL could not ${what}`);
    return undefined;
  }
}
