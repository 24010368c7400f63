import { GitError, trySigning } from '../../platform/gitops';
import { type Check, failed, ok } from './check';
import { saidByGit } from './explain-fault';

const FIX =
  'MCTL_GITOPS_SIGNING_KEY must be an ssh private key file without a passphrase, mode 600, or gpg: and a key of the keyring in HOME.';

/** Signs a commit that is thrown away: whatever git, ssh-keygen and gpg need is there, or it is not. */
export const signingCheck: Check = {
  name: 'signing key',
  settings: ['MCTL_GITOPS_SIGNING_KEY'],
  after: ['git', 'temporary'],
  limitMs: 8_000,
  async run(patient) {
    const key = patient.config.values.gitopsSigningKey;
    if (key === undefined) return ok('none set: commits are not signed');
    try {
      await trySigning(patient.config, patient.scratch('signing'));
      return ok(`${key} signs`);
    } catch (error) {
      if (!(error instanceof GitError)) throw error;
      return failed(`${key} does not sign ${saidByGit(error)}`, FIX);
    }
  },
};
