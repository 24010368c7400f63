import { log } from '../platform/logging';

/** For the banner, and for the log as well: a supervisor's server shows no banner. */
export function attention(text: string): string {
  log.warn(text);
  return `Attention: ${text}`;
}

/** A store that begins afresh beside a branch that does not. */
export function lostStore(count: number): string {
  const operations = count === 1 ? '1 operation' : `${count} operations`;
  return (
    `the branch has ${operations}, the store knows none of them: ` +
    'npm run --silent mctl -- audit rebuild first restores them (stop MCTL before it, and move an empty mctl.db away)'
  );
}

export const FORGOTTEN_REMOTE =
  'the data folder has the mirror of a remote (gitops-mirror.git), and MCTL_GITOPS_REMOTE is not set: a new embedded repository takes its place';
