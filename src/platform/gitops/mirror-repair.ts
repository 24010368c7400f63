import { log } from '../logging';
import { type BareRepository, isGitError, type ObjectReader, openBareRepository, replaceBareRepository } from './git';

/** A mirror that is damaged again this soon is not what is broken: the disk is, or the remote. */
const PAUSE_MS = 5 * 60_000;
/** Commands whose `not_found` speaks of the remote; of any other it speaks of an object that the branch needs. */
const REMOTE_COMMANDS: ReadonlySet<string> = new Set(['fetch', 'push', 'ls-remote']);
/** The other side says that it cannot read what it has. */
const THEIRS = /^remote: .*(?:corrupt|is empty|missing|unable to read|bad (?:object|tree)|could not read)/im;

/** Makes the mirror of a remote anew when it is damaged: everything in it that counts is on the remote. */
export class MirrorRepair {
  private last: number | undefined;

  /** @param now monotonic, in milliseconds. */
  constructor(
    private readonly repository: Pick<BareRepository, 'gitDir' | 'branch'>,
    private readonly reader: Pick<ObjectReader, 'renew'>,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /**
   * True where the failure was the mirror's, and a new and empty one is in its place: try again, and the next fetch brings it all.
   * Nobody may be writing to it meanwhile.
   * @throws GitError `corrupt_mirror` where that was done minutes ago.
   */
  async repair(error: unknown): Promise<boolean> {
    if (!isGitError(error, 'corrupt') || THEIRS.test(error.stderr)) return false;
    if (this.last !== undefined && this.now() - this.last < PAUSE_MS) throw error.with({ kind: 'corrupt_mirror' });
    this.last = this.now();
    log.warn({ err: error }, 'the mirror of the GitOps remote is damaged; it is set aside and fetched anew');
    await replaceBareRepository(this.repository.gitDir, this.repository.branch);
    this.reader.renew();
    return true;
  }
}

/** Opens the mirror, or a new one where what is there is no repository any more. */
export async function openMirror(gitDir: string, branch: string): Promise<BareRepository> {
  try {
    return await openBareRepository(gitDir, branch);
  } catch (error) {
    if (!isGitError(error, 'corrupt')) throw error;
    log.warn({ err: error }, 'the mirror of the GitOps remote is damaged; it is set aside and fetched anew');
    return replaceBareRepository(gitDir, branch);
  }
}

/**
 * The failure as `corrupt` where something of ours is not there: an object of the branch, for which git has no other word than for one
 * that never was, or what makes the folder a repository.
 */
export function asDamage(error: unknown, gitDir: string): unknown {
  if (!isGitError(error, 'not_found')) return error;
  const isOurs = !REMOTE_COMMANDS.has(error.command) || error.stderr.includes(`not a git repository: '${gitDir}'`);
  return isOurs ? error.with({ kind: 'corrupt' }) : error;
}
