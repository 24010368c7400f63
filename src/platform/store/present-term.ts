import { AsyncLocalStorage } from 'node:async_hooks';

const terms = new AsyncLocalStorage<number | undefined>();

/**
 * Does work that only the leader may do: every transaction in it is refused (`LeadershipLost`) once another process has taken over,
 * however late this one finds out.
 * @param term of this process's leadership; undefined where nobody could take over.
 */
export function inTerm<T>(term: number | undefined, work: () => Promise<T>): Promise<T> {
  return terms.run(term, work);
}

/** Does work that anybody may do, though a leader's work led to it. */
export function outOfTerm<T>(work: () => T): T {
  return terms.exit(work);
}

/** Leadership that the present work needs; undefined = none. */
export function presentTerm(): number | undefined {
  return terms.getStore();
}
