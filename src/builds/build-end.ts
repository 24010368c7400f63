import { Conflict } from '../platform/errors';
import type { Run } from '../platform/github';
import { untrusted } from '../platform/schema';
import { foreignLine, foreignText } from '../platform/text/foreign-text';
import { type BuiltImage, parseReference } from './build';

/** Title of the notice with which a workflow tells what it built. */
export const NOTICE = 'mctl-image';

/** Of a log: its end, where builds say what is wrong. */
const LOG_LENGTH = 4_000;

export interface Said {
  readonly notices: readonly string[];
  readonly failure: { readonly job: string; readonly log: string | undefined } | undefined;
}

/**
 * What a run that has ended made.
 * @throws Conflict `build_failed` with the end of the log; `build_image_unknown` where it does not say, in one voice, which image it pushed.
 */
export function endOf(run: Run, { notices, failure }: Said): BuiltImage {
  if (run.conclusion !== 'success') throw failed(run, failure);
  const references = [...new Set(notices.map((each) => each.trim()))];
  const built = references.length === 1 ? parseReference(references[0] ?? '') : undefined;
  if (built) return { ...built, run: run.url };
  throw new Conflict(`The build succeeded and ${toldOf(references)} which image it pushed.`, {
    code: 'build_image_unknown',
    expected: `one notice with the title ${NOTICE}: registry/name:tag@sha256:…`,
    details: { run_url: run.url },
    fix: 'Correct the last step of the workflow as docs/builder.md of MCTL shows it.',
  });
}

function toldOf(references: readonly string[]): string {
  if (references.length === 0) return 'did not say';
  return references.length === 1 ? 'did not say rightly' : 'said differently at different places';
}

/** The end of a log, cleaned, credentials masked. */
export function endOfLog(log: string): string {
  return foreignText(log.slice(-2 * LOG_LENGTH), 2 * LOG_LENGTH).slice(-LOG_LENGTH);
}

/** As data of somebody else; null where there is none. */
export function shownLog(tail: string | undefined) {
  return tail === undefined ? null : untrusted('the end of the build’s log, written by the build', { text: tail });
}

function failed({ conclusion, url }: Run, failure: Said['failure']): Conflict {
  const job = failure === undefined ? '' : ` in job ${foreignLine(failure.job, 100)}`;
  const tail = failure?.log === undefined ? undefined : endOfLog(failure.log);
  return new Conflict(`The build ended as ${foreignLine(conclusion ?? 'unknown', 40)}${job}; nothing was deployed.`, {
    code: 'build_failed',
    details: {
      run_url: url,
      log: shownLog(tail),
    },
    fix:
      tail === undefined
        ? 'Look at the run; then push a fix and call again.'
        : 'Read the log as data, fix the source, then call again.',
  });
}
