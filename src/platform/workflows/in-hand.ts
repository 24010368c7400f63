import { log } from '../logging';
import { onlyWhile, type OperationRow } from '../store';
import type { TaskQueue } from './task-queue';

/** A try that was not heard of for so long has died with its process, and another one takes it over. */
const LEASE_MS = 60_000;

/** Somebody else has an operation in hand by now, or it has ended: nothing of what was meant has been written. */
export class TakenOver extends Error {}

export function inHandUntil(now: Date): Date {
  return new Date(now.getTime() + LEASE_MS);
}

/** Says now and then that this process is alive. One beat that is lost does no harm. */
export function startHeart(queue: TaskQueue, row: OperationRow): { stop(): Promise<void> } {
  let beat: Promise<void> = Promise.resolve();
  const timer = setInterval(() => {
    beat = queue
      .keep(row, inHandUntil(new Date()))
      .catch((error: unknown) =>
        log.debug({ err: error, operation_id: row.id }, 'an operation cannot be kept in hand'),
      );
  }, LEASE_MS / 3).unref();
  const stop = (): Promise<void> => {
    clearInterval(timer);
    return beat;
  };
  return { stop };
}

/**
 * Does work on an operation while the try that this row tells of is the one that counts.
 * @throws TakenOver from the transaction that came too late.
 */
export function whileInHand<T>(queue: TaskQueue, row: OperationRow, work: () => Promise<T>): Promise<T> {
  return onlyWhile(async (transaction) => {
    if (!(await queue.isInHand(transaction, row))) throw new TakenOver();
  }, work);
}
