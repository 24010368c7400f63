import type { Store } from '../../store';
import type { Books } from './books';
import type { IsBeforeRebuild } from './check-anchors';
import type { RebuildFacts } from './verification';

/** Whether the store was made anew from git: its first entry says so. */
export async function readRebuildFacts(store: Store): Promise<RebuildFacts | null> {
  const first = await store.db.selectFrom('audit').selectAll().where('seq', '=', 1).executeTakeFirst();
  return first?.event === 'rebuilt' ? { at: first.at, by: first.actor, commit: first.commit } : null;
}

/**
 * Tells commits that the rebuild found from those that came later. Only the ids of the latter are kept: they are few at first, and
 * bounded by the branch.
 */
export async function beforeRebuild(rebuilt: RebuildFacts | null, books: Books): Promise<IsBeforeRebuild> {
  const { history, head, findings } = books;
  if (!rebuilt?.commit || !head) return () => false;
  const from = await history.resolve(rebuilt.commit);
  if (from === undefined) {
    const what = `the store was rebuilt up to commit ${rebuilt.commit}, which is not known here`;
    findings.add('rebuild_unknown', what, { entry: 1, commit: rebuilt.commit });
    return () => false;
  }
  const later = new Set(await history.ids({ from, to: head }));
  return (commit) => !later.has(commit);
}
