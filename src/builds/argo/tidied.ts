import { Unavailable } from '../../platform/errors';
import { errorOf, isFault } from '../../platform/kubernetes';
import { log } from '../../platform/logging';

/**
 * Clears something away. What is gone already is as good; what the cluster refuses for good is logged, for it must not hide how the build ended.
 * @throws Unavailable where it may work a little later.
 */
export async function tidied(what: string, work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (fault) {
    if (!isFault(fault)) throw fault;
    if (fault.kind === 'absent') return;
    const error = errorOf(fault);
    if (error instanceof Unavailable) throw error;
    log.warn({ err: error }, `MCTL could not ${what}`);
  }
}
