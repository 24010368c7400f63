import { Conflict } from '../errors';
import { exactValue } from '../text/exact-text';

/** Longest sentence about a file: it may quote what stands there. */
const SENTENCE = 2000;

/**
 * Something about a file or folder of the repository that somebody should mend. `broken`: it cannot be read as what its path says it
 * is. `odd`: it can, but means something else than it seems to.
 */
export interface FileProblem {
  /** Folders end in a slash. */
  readonly path: string;
  readonly severity: 'broken' | 'odd';
  /** Stable, e.g. `unreadable_file`, `number_for_text`. */
  readonly code: string;
  /** A sentence that names the path; never a value that may be a secret. */
  readonly message: string;
  /** The next step for whoever keeps the repository. */
  readonly fix: string;
}

/** What is odd about the data of a file, before anybody knows where the file is. `message` goes on after `path: `. */
export type Oddity = Pick<FileProblem, 'code' | 'message' | 'fix'>;

const MEND = 'Somebody has to mend this file in the GitOps repository; MCTL does not guess at it.';

/** For what stands in the place of a folder. */
export const MAKE_IT_A_FOLDER =
  'Make it a folder: MCTL reads nothing through it, and a write below it would replace it by a folder without the rest.';

/** The error of everything that needs what a broken file says. @param why half a sentence, e.g. `it is not UTF-8`. */
export function unreadable(path: string, why: string, fix = MEND): Conflict {
  return new Conflict(exactValue(sentence(`${path} cannot be read: ${why}`), SENTENCE), {
    code: 'unreadable_file',
    fix,
  });
}

/** The same as something to tell beside what could be read. */
export function brokenFile(path: string, { message, code, details }: Conflict): FileProblem {
  return { path, severity: 'broken', code, message, fix: details.fix ?? MEND };
}

export function oddFile(path: string, { code, message, fix }: Oddity): FileProblem {
  return { path, severity: 'odd', code, message: exactValue(sentence(`${path}: ${message}`), SENTENCE), fix };
}

/** The problem as a warning beside what could be read. */
export function warningOf({ code, message, fix }: FileProblem): { code: string; message: string } {
  return { code, message: `${message} ${fix}` };
}

/** Reasons come from parsers, which end theirs as they like; a fix may follow. */
function sentence(text: string): string {
  return /[.!?…]$/.test(text) ? text : `${text}.`;
}
