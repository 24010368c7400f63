import type { GitErrorKind } from './git';

interface Explanation {
  readonly message: string;
  readonly fix: string;
  /** The same call can succeed later with nobody changing anything, or without harm once somebody did. */
  readonly passes: boolean;
}

const NOTHING_LOST = 'Nothing is lost: try again when it is back.';
const KEY = 'MCTL_GITOPS_SSH_KEY_FILE';
const PINNED = 'MCTL_GITOPS_KNOWN_HOSTS_FILE';

/** Operations wait: they go on by themselves. */
const waits = (message: string, fix: string): Explanation => ({ message, fix, passes: true });
/** Operations fail at once with this reason: somebody has to change something. */
const fails = (message: string, fix: string): Explanation => ({ message, fix, passes: false });

/** What is said of each kind of failure, and whether an operation waits or fails. */
export const GIT_FAULTS: Record<GitErrorKind, Explanation> = {
  rejected: waits('Somebody else keeps committing at the same moment.', 'Try again.'),
  branch_gone: fails(
    'The GitOps repository is there, but the branch is not: it was deleted or renamed.',
    'Point MCTL_GITOPS_BRANCH at the branch, or put the branch back. MCTL starts a branch in an empty repository only.',
  ),

  protected: fails(
    'The branch is protected against MCTL: the remote declined the commit.',
    'Allow MCTL’s account to push to the branch, or point MCTL_GITOPS_BRANCH at another one.',
  ),
  checked_out: fails(
    'The GitOps remote is a work tree with the branch checked out, and git takes no push to such a branch.',
    'Point MCTL_GITOPS_REMOTE at a bare repository (git clone --bare makes one), or check out another branch over there.',
  ),
  unsigned: fails(
    'The remote takes signed commits only.',
    'Set MCTL_GITOPS_SIGNING_KEY to a key that the remote knows for MCTL’s account.',
  ),
  secret_found: fails(
    'The remote’s secret scanning declined the commit.',
    'Look at the arguments of this operation: a value of it looks like a credential. Secrets go to the secret store, not to git.',
  ),
  declined: fails(
    'A hook or rule of the remote declined the commit.',
    'Look at the remote’s push rules and hooks; the log has their words.',
  ),

  denied: fails(
    'The GitOps remote refused MCTL’s credential or write access.',
    `Check MCTL_GITOPS_TOKEN_FILE or ${KEY}, and that the account may write.`,
  ),
  read_only: fails(
    'The GitOps remote is read-only: archived, or on a file system that takes no writes.',
    'Make it writable again, or point MCTL_GITOPS_REMOTE at the repository that took its place.',
  ),
  foreign: fails(
    'The GitOps repository belongs to another user of this machine, so git refuses to touch it.',
    'Run MCTL as the owner of that folder, or change the owner.',
  ),
  token_file: fails(
    'The file with the token for the GitOps remote is missing, unreadable, empty or more than one line.',
    'Put the token and nothing else into MCTL_GITOPS_TOKEN_FILE; it is read again at the next use.',
  ),
  key_missing: fails('The ssh key file is missing or not readable for MCTL.', `Check ${KEY}.`),
  key_open: fails(
    'The ssh key file is readable for others, so ssh ignores it.',
    `chmod 600 the file of ${KEY} (in Kubernetes: defaultMode 0400).`,
  ),
  key_locked: fails(
    'The ssh key is protected by a passphrase, and nobody is there to type it.',
    `Put a key without a passphrase into ${KEY}, e.g. a deploy key of this repository alone.`,
  ),
  key_invalid: fails('The ssh key file holds no private key that ssh can read.', `Check ${KEY}.`),

  shallow: fails(
    'The GitOps remote is a shallow clone: its history is cut off, and MCTL needs all of it.',
    'Run git fetch --unshallow over there, or point MCTL_GITOPS_REMOTE at the repository it was cloned from.',
  ),
  object_format: fails(
    'The GitOps remote uses SHA-256 object ids; MCTL’s mirror does not.',
    'Point MCTL_GITOPS_REMOTE at a repository with SHA-1 object ids (git init --object-format=sha1), which is what git makes by default.',
  ),

  host_key: fails(
    'The GitOps remote shows an ssh host key that is not pinned.',
    `Put the right key into ${PINNED} after checking it; with a port other than 22 the host is written as [host]:port.`,
  ),
  host_key_changed: fails(
    'The GitOps remote shows another ssh host key than the pinned one: it was renewed, or somebody stands in between.',
    `Ask whoever runs the remote for its key; only then replace the one in ${PINNED}.`,
  ),
  certificate: fails(
    'The certificate of the GitOps remote is not trusted: unknown authority, expired, or for another name.',
    'For a private authority put its certificate (PEM) into a file and name it in MCTL_GITOPS_CA_FILE.',
  ),
  redirected: fails(
    'The GitOps remote redirects to another address, and MCTL follows none.',
    'Put the final address into MCTL_GITOPS_REMOTE.',
  ),
  not_git: fails(
    'What answers at the address of the GitOps remote is no git server, e.g. a login or error page.',
    'Check MCTL_GITOPS_REMOTE and what stands in front of it.',
  ),
  not_found: fails('The GitOps repository is not there.', 'Check MCTL_GITOPS_REMOTE.'),

  unreachable: waits('The GitOps remote does not answer.', NOTHING_LOST),
  unresolved: waits(
    'The host name of the GitOps remote cannot be resolved.',
    'Check DNS and MCTL_GITOPS_REMOTE; operations wait meanwhile.',
  ),
  interrupted: waits('The connection to the GitOps remote breaks off.', NOTHING_LOST),
  server_error: waits('The GitOps remote, or a proxy before it, answers with an error of its own.', NOTHING_LOST),
  busy: waits('The GitOps remote asks for patience: too many requests.', 'Nothing is lost: operations wait.'),
  timeout: waits(
    'The GitOps remote answers too slowly.',
    'Nothing is lost: try again. MCTL_GITOPS_TIMEOUT is how long MCTL waits.',
  ),

  full: waits('The disk of the GitOps remote is full.', 'Free space over there; waiting operations then go on.'),
  full_here: waits(
    'The disk of MCTL’s own data folder is full.',
    'Free space below MCTL_DATA_DIR; waiting operations then go on.',
  ),
  unwritable: waits(
    'The GitOps remote cannot store anything: its disk is full or read-only.',
    'Look at the disk of the remote; waiting operations then go on.',
  ),
  unwritable_here: waits(
    'MCTL may not read or write in its own data folder.',
    'Give the user that MCTL runs as the rights below MCTL_DATA_DIR, or mount it writable; waiting operations then go on.',
  ),

  corrupt: fails(
    'The GitOps repository is damaged.',
    'Run git fsck on it. Restore the embedded one (gitops.git below MCTL_DATA_DIR) from a backup; its logs/refs/heads/ has the last commit of each branch.',
  ),
  corrupt_mirror: waits(
    'Git cannot read what it fetched from the GitOps remote, not even into a mirror made anew.',
    'Run git fsck on the remote, and look at the disk below MCTL_DATA_DIR; waiting operations then go on.',
  ),
  signing: fails(
    'MCTL cannot sign its commits.',
    'Check MCTL_GITOPS_SIGNING_KEY: the key must be there, without a passphrase (gpg: in the keyring of HOME or GNUPGHOME).',
  ),
  aborted: waits('MCTL was stopping.', 'Nothing is lost: it goes on after the restart.'),
  too_large: fails('A file of the GitOps repository is too large to read.', 'Make it smaller than the limit.'),
  unknown: waits('Git failed in a way MCTL does not know.', 'The log has git’s words.'),
};
