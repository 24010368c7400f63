import { randomUUID } from 'node:crypto';
import { type Stats } from 'node:fs';
import { access, constants, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Check, failed, type Finding, ok, warning } from './check';
import { modeText, nearestExisting, statOf } from './folder-facts';
import type { Patient } from './patient';

const LIMIT_MS = 5_000;

/** Whether the server can keep what it must keep, and nobody else can read it. */
export const dataFolderCheck: Check = {
  name: 'data folder',
  settings: ['MCTL_DATA_DIR'],
  limitMs: LIMIT_MS,
  run: ({ config: { dataDir } }) => {
    const found = statOf(dataDir);
    return found ? examine(dataDir, found) : examineParent(dataDir);
  },
};

async function examineParent(dataDir: string): Promise<Finding> {
  const parent = nearestExisting(dataDir);
  if (!statOf(parent)?.isDirectory()) return failed(`${parent} is no folder`, 'Check MCTL_DATA_DIR.');
  const mayCreate = await access(parent, constants.W_OK).then(
    () => true,
    () => false,
  );
  return mayCreate
    ? ok(`${dataDir} will be created by the first start`)
    : failed(`${dataDir} is not there, and this user may not create it in ${parent}`, writableFix(dataDir));
}

async function examine(dataDir: string, stats: Stats): Promise<Finding> {
  if (!stats.isDirectory()) return failed(`${dataDir} is no folder`, 'Check MCTL_DATA_DIR.');
  const problem = await tryWriting(dataDir);
  if (problem !== undefined) return failed(`${dataDir} cannot be written: ${problem}`, writableFix(dataDir));
  return judge(dataDir, stats);
}

/** What the system says is believed only once a file was written: modes tell nothing about mounts, quotas and access lists. */
async function tryWriting(folder: string): Promise<string | undefined> {
  const path = join(folder, `.mctl-doctor-${randomUUID()}`);
  try {
    const file = await open(path, 'wx', 0o600);
    try {
      await file.writeFile('mctl doctor\n');
      await file.sync();
    } finally {
      await file.close();
    }
    return undefined;
  } catch (error) {
    return codeOf(error);
  } finally {
    await rm(path, { force: true }).catch(() => undefined);
  }
}

function judge(dataDir: string, { mode, uid }: Stats): Finding {
  const own = process.geteuid?.() ?? uid;
  const details = { path: dataDir, mode: modeText(mode), uid };
  if (uid !== own) {
    return warning(
      `${dataDir} belongs to user ${uid}, and this command runs as user ${own}`,
      'Run it as the user that runs MCTL: what that one may do can differ.',
      { details },
    );
  }
  if ((mode & 0o077) === 0) return ok(`${dataDir}, mode ${modeText(mode)}`, { details });
  return warning(`${dataDir} has mode ${modeText(mode)}: others may look into it`, `chmod 700 ${dataDir}`, { details });
}

function writableFix(dataDir: string): string {
  return `Make ${dataDir} a folder that the user of MCTL (here: ${process.geteuid?.() ?? 'this one'}) may write, or set MCTL_DATA_DIR.`;
}

/** Git, and this command, keep what they need for a moment there. */
export const temporaryFolderCheck: Check = {
  name: 'temporary',
  limitMs: LIMIT_MS,
  async run(patient) {
    const problem = await tryScratch(patient);
    return problem === undefined
      ? ok(`${tmpdir()} can be written`)
      : failed(`${tmpdir()} cannot be written: ${problem}`, TEMPORARY_FIX);
  },
};

const TEMPORARY_FIX = 'Set TMPDIR to a folder that can be written; with a read-only root, the data folder will do.';

async function tryScratch(patient: Patient): Promise<string | undefined> {
  try {
    return await tryWriting(patient.scratch(''));
  } catch (error) {
    return codeOf(error);
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}
