import { parseDuration } from '../../config/duration';
import { InvalidInput } from '../../errors';
import type { CommitHistory } from '../../gitops';

/** From where on the books are looked at. */
export interface Since {
  readonly notBefore: Date;
  /** The commit that was named; those after it are looked at. */
  readonly from?: string;
}

/**
 * A duration (`7d`), a date (`2026-01-31`, ISO 8601) or whatever git takes for a commit of the branch.
 * @throws InvalidInput for anything else, and for a time that has not come: that nothing is wrong from then on says nothing.
 */
export async function resolveSince(text: string, history: CommitHistory): Promise<Since> {
  const duration = parseDuration(text);
  if (duration !== undefined) return { notBefore: new Date(Math.max(0, Date.now() - duration)) };
  const time = /^\d{4}-\d{2}-\d{2}/.test(text) ? Date.parse(text) : NaN;
  if (time > Date.now()) throw future(text);
  if (!Number.isNaN(time)) return { notBefore: new Date(time) };
  const from = await history.resolve(text);
  const commit = from === undefined ? undefined : (await history.read([from]))[0];
  if (from === undefined || !commit) throw unknownStart(text);
  return { from, notBefore: new Date(commit.committer.at) };
}

function unknownStart(text: string): InvalidInput {
  return new InvalidInput('There is nothing to begin from.', {
    field: 'since',
    got: text.slice(0, 100),
    expected: 'a duration (7d), a date (2026-01-31) or a commit of the branch',
    fix: 'git log in the repository lists the commits; leave since out to look at everything.',
  });
}

function future(text: string): InvalidInput {
  return new InvalidInput('This time has not come yet, so there is nothing to verify.', {
    field: 'since',
    got: text.slice(0, 100),
    expected: 'a time that has passed: a duration (7d), a date (2026-01-31) or a commit of the branch',
    fix: 'Correct the date, or leave since out to look at everything.',
  });
}
