/** Losing this often in a row is not traffic any more. */
const MAX_ATTEMPTS = 50;
/** The processes of one fetch and push take some 150 ms, each commit about one more: carrying fewer than this wins nothing. */
const LEAST = 8;
const PAUSE_MS = 10;

/**
 * How much one push should carry while others write to the branch, too. The more commits, the longer it takes from the look at the
 * branch to its move, and whoever moves it meanwhile wins. So after losses a push carries half as many, down to a few, and after each one
 * that arrives twice as many. A single loss is nothing to go by.
 */
export class Contention {
  private losses = 0;
  private most = Infinity;

  /** Most commits that the next push should carry, at least a few. */
  get room(): number {
    return this.most;
  }

  /** Longest pause before the next attempt, so that two writers do not meet for ever. */
  get pauseMs(): number {
    return Math.random() * PAUSE_MS;
  }

  /** A push of so many commits came too late. Answers whether to try again. */
  lost(commits: number, attempt: number): boolean {
    this.losses++;
    if (this.losses > 1) this.most = Math.max(LEAST, Math.floor(Math.min(this.most, commits) / 2));
    return attempt < MAX_ATTEMPTS;
  }

  won(): void {
    this.losses = 0;
    this.most *= 2;
  }
}
