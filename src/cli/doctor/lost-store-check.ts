import { countOperations, repositoryFolder } from '../../platform/gitops';
import { type Check, type Finding, ok, skipped, warning } from './check';
import { statOf } from './folder-facts';

/** Whether a store that knows no operation stands beside a branch that has some: the one before it was lost. */
export const lostStoreCheck: Check = {
  name: 'lost store',
  after: ['store', 'fetch'],
  limitMs: 8_000,
  async run({ config, server, store, look, copy }) {
    if (server) return skipped('the server said at its start whether it knows the operations of the branch');
    if (store?.hasOperations) return ok('the store knows operations');
    if (!look?.head || !copy) return ok('nothing is recorded yet, and nothing is on the branch');
    // What was fetched has one commit. The repository here has the history, of a remote as far as it was followed.
    const own = repositoryFolder(config);
    const here = statOf(own) ? await countOperations(own, look.head) : undefined;
    return here === undefined ? judge((await countOperations(copy.gitDir, look.head)) ?? 0, false) : judge(here, true);
  },
};

function judge(count: number, isWhole: boolean): Finding {
  if (count === 0) return ok(isWhole ? 'the branch has none' : 'the newest commit is of no operation');
  const some = `${isWhole ? '' : 'at least '}${count} ${count === 1 ? 'operation' : 'operations'}`;
  return warning(
    `the branch has ${some}, the store knows none of them`,
    'mctl audit rebuild restores them; run it before the next start.',
    { details: { operations: count, is_whole_history: isWhole } },
  );
}
