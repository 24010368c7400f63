import { constants, existsSync } from 'node:fs';
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { copyRepository, hasForgottenRemote, openProbe } from '../../platform/gitops';
import { type Check, failed, type Finding, ok, skipped, warning } from './check';
import { findingOf } from './explain-fault';
import type { Patient } from './patient';

const LOOK_MS = 10_000;
const COPY_MS = 12_000;
const PUSH_MS = 8_000;
const SHOWN_BRANCHES = 10;
const MEND_EMBEDDED = 'Restore gitops.git from the backup of the data folder; git fsck says what is damaged.';
const NOT_YET = 'the repository does not exist yet';

/** Whether the remote answers this credential. */
export const remoteCheck: Check = {
  name: 'remote',
  settings: ['MCTL_GITOPS_REMOTE', 'MCTL_GITOPS_BRANCH', 'MCTL_GITOPS_USERNAME', 'MCTL_DATA_DIR'],
  after: ['git', 'credential'],
  limitMs: LOOK_MS,
  async run(patient, signal) {
    const probe = openProbe(patient.config, LOOK_MS);
    const name = patient.isEmbedded ? `embedded, ${probe.url.url}` : probe.url.url;
    if (patient.isEmbedded && !existsSync(fileURLToPath(probe.url.url))) {
      return notThere(patient, name);
    }
    const started = performance.now();
    try {
      patient.look = await probe.look(signal);
    } catch (error) {
      const { found, ...finding } = findingOf(error);
      const isGone = patient.isEmbedded && isNotFound(finding);
      return { ...finding, found: `${name}: ${found}`, ...(isGone && { fix: MEND_EMBEDDED }) };
    }
    const milliseconds = Math.round(performance.now() - started);
    patient.probe = probe;
    return ok(`${name}, answered in ${milliseconds} ms`, { details: { url: probe.url.url, milliseconds } });
  },
};

function notThere({ config }: Patient, name: string): Finding {
  if (!hasForgottenRemote(config)) return ok(`${name}, will be created and seeded by the first start`);
  return warning(
    `${name}, is not there, and the data folder has the mirror of a remote`,
    'Set MCTL_GITOPS_REMOTE to that remote: without it the next start makes a new, empty repository.',
  );
}

function isNotFound({ details }: Pick<Finding, 'details'>): boolean {
  return details?.kind === 'not_found';
}

/** Whether the branch is there. In a repository without any, it comes with the first commit. */
export const branchCheck: Check = {
  name: 'branch',
  after: ['remote'],
  limitMs: 1_000,
  run({ config, look }) {
    const branch = config.values.gitopsBranch;
    if (!look) return skipped(NOT_YET);
    if (look.head) return ok(`${branch} at ${look.head}`, { details: { branch, head: look.head } });
    const details = { branch, branches: look.branches.slice(0, SHOWN_BRANCHES), branch_count: look.branches.length };
    if (look.branches.length === 0) {
      return warning(
        `${branch} is not there: the repository is empty`,
        'mctl init puts charts and ApplicationSets into it.',
        {
          details,
        },
      );
    }
    const known = look.defaultBranch ?? look.branches.slice(0, SHOWN_BRANCHES).join(', ');
    return failed(
      `there is no branch ${branch}`,
      `Set MCTL_GITOPS_BRANCH to one that is there (${known}), or push it.`,
      { details },
    );
  },
};

/** The newest commit, fetched aside: what the checks after this look at. */
export const fetchCheck: Check = {
  name: 'fetch',
  after: ['branch', 'temporary'],
  limitMs: COPY_MS,
  async run(patient, signal) {
    const { look, probe, config } = patient;
    if (!look || !probe) return skipped(NOT_YET);
    const started = performance.now();
    const hasHead = look.head !== undefined;
    patient.copy = await copyRepository(config, { probe, folder: patient.scratch('copy'), hasHead }, signal);
    const milliseconds = Math.round(performance.now() - started);
    return ok(hasHead ? `the newest commit came in ${milliseconds} ms` : 'nothing to fetch yet', {
      details: { milliseconds },
    });
  },
};

/** Whether the remote lets this credential push. Nothing is pushed. */
export const writeAccessCheck: Check = {
  name: 'write access',
  after: ['fetch'],
  limitMs: PUSH_MS,
  async run(patient, signal) {
    const { copy, probe, config } = patient;
    if (!copy || !probe) return skipped(NOT_YET);
    const finding = await tryPush(patient, copy.world.head ?? (await copy.commit(new Date())), signal);
    if (finding.status === 'ok' || !config.values.readOnly) return finding;
    return {
      ...finding,
      status: 'warning',
      found: `${finding.found} MCTL_READ_ONLY is set, so nothing is written now.`,
    };
  },
};

async function tryPush({ probe, copy }: Patient, commit: string, signal: AbortSignal): Promise<Finding> {
  if (!probe || !copy) return skipped(NOT_YET);
  try {
    await probe.tryPush(copy.gitDir, commit, signal);
    if (probe.url.transport === 'file') await mayWriteFiles(probe.url.url);
  } catch (error) {
    return findingOf(error);
  }
  return ok('may push (tried without pushing: a protected branch or a hook shows at the first commit only)');
}

/** Git asks nobody before it writes to a folder: a mount that is read-only would show at the first commit only. */
async function mayWriteFiles(url: string): Promise<void> {
  const folder = url.startsWith('/') ? url : fileURLToPath(url);
  const gitDir = existsSync(join(folder, '.git')) ? join(folder, '.git') : folder;
  for (const part of ['objects', 'refs']) await access(join(gitDir, part), constants.W_OK);
}
