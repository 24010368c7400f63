import { explainGitError, GitError } from '../../platform/gitops';
import { errorOf, type FaultKind, isFault, type KubernetesFault } from '../../platform/kubernetes';
import { describeFault } from '../faults';
import { failed, type Finding } from './check';

const MAX_GIT_TEXT = 300;
/** What git adds to every failure, whatever the cause. */
const NOISE =
  /could not read from remote repository|make sure you have the correct access|^and the repository exists|^hint:/i;

/** For somebody who looks for the cause, where a caller is only told to wait. */
const REMEDIES: Readonly<Record<string, string>> = {
  unreachable:
    'Check MCTL_GITOPS_REMOTE and the way to it from this machine: name, port, firewall, certificate. MCTL goes on by itself when it answers.',
  timeout: 'Look at the remote and the network. MCTL goes on by itself when it answers in time.',
  unknown: 'git fsck on the repository may say more.',
};

/** A fault as a finding: the words that other commands have for it, and for git's its own words as well. */
export function findingOf(error: unknown): Finding {
  if (error instanceof GitError) return ofGit(error);
  if (isFault(error)) return ofCluster(error);
  const [found = '', ...details] = (describeFault(error) ?? String(error)).split('\n');
  const fix = details.map((line) => /^ +fix: +(.*)$/.exec(line)?.[1]).find(Boolean);
  return failed(found, fix ?? 'Ask for help with the output of mctl doctor --json.');
}

const CLUSTER_REMEDIES: Partial<Record<FaultKind, string>> = {
  unreachable:
    'Check the server in MCTL_KUBECONFIG and the way to it from here: name, port, firewall, network policy, certificate.',
  timeout: 'Look at the API server and the network; MCTL_KUBERNETES_TIMEOUT is how long MCTL waits.',
  malformed: 'Something else answers under this address: check the server in MCTL_KUBECONFIG, and proxies on the way.',
};

/** The server's own words as well: whoever runs this may read them, where callers may not. */
function ofCluster(fault: KubernetesFault): Finding {
  const { kind, message, details } = fault;
  const found = details.detail === undefined ? message : `${message} (${details.detail})`;
  const fix = CLUSTER_REMEDIES[kind] ?? errorOf(fault).details.fix ?? 'Look at the API server; MCTL goes on by itself.';
  return failed(found, fix, { details: { kind, http_status: details.status } });
}

function ofGit(error: GitError): Finding {
  const { kind, stderr } = error;
  const details = { kind };
  if (stderr.includes('dubious ownership')) {
    const fix = 'Run this as the user that runs MCTL; if it is that one, give it the folder with chown.';
    return failed('the repository belongs to another user, and git does not touch it.', fix, { details });
  }
  const known = explainGitError(error);
  const message = kind === 'unknown' ? 'git failed' : known.message;
  return failed(`${message} ${saidByGit(error)}`, REMEDIES[kind] ?? known.details.fix ?? '', { details });
}

/** Git's own words, on one line; the plumbing has taken credentials out. */
export function saidByGit({ command, stderr }: GitError): string {
  const lines = stderr.split('\n').map((line) => line.trim());
  const text = [...new Set(lines)].filter((line) => line !== '' && !NOISE.test(line)).join('; ');
  return `(git ${command}: ${text.length > MAX_GIT_TEXT ? `${text.slice(0, MAX_GIT_TEXT)}…` : text})`;
}
