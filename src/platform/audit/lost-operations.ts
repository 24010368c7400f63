import type { Gitops } from '../gitops';
import type { Store } from '../store';

/** Whether the store knows no operation at all: it is new, or the one before it was lost. */
export async function knowsNone(store: Store): Promise<boolean> {
  return (await store.db.selectFrom('operations').select('id').limit(1).executeTakeFirst()) === undefined;
}

/** Operations on the branch as it is known here: one look through its trailers. */
export async function operationsOnBranch(gitops: Gitops, head: string | undefined): Promise<number> {
  if (head === undefined) return 0;
  const found = await gitops.commits.trailers('Operation-Id', head);
  return [...found.keys()].filter((id) => id !== '').length;
}
