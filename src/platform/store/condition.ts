import { AsyncLocalStorage } from 'node:async_hooks';
import type { StoreTransaction } from './store';

/** Looked at first in a transaction; throws where nothing may be written any more. */
export type Condition = (transaction: StoreTransaction) => Promise<void>;

const conditions = new AsyncLocalStorage<Condition>();

/** Does work of which every transaction is refused once the condition throws, however late this process finds out. */
export function onlyWhile<T>(condition: Condition, work: () => Promise<T>): Promise<T> {
  return conditions.run(condition, work);
}

/** What transactions of the present work look at first; undefined = nothing. */
export function presentCondition(): Condition | undefined {
  return conditions.getStore();
}
