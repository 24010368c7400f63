import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Config } from '../../platform/config';
import { NotFound } from '../../platform/errors';
import { type Gitops, openGitops, repositoryFolder } from '../../platform/gitops';
import { statOf } from '../doctor/folder-facts';

/** @throws NotFound where the settings mean the embedded repository and there is none: opening it would make one. */
export function mustHaveRepository(config: Config): void {
  const folder = repositoryFolder(config);
  if (config.values.gitopsRemote !== undefined || statOf(folder)) return;
  throw new NotFound(`There is no repository ${folder}.`, {
    code: 'repository_not_found',
    fix: 'Check MCTL_DATA_DIR, restore gitops.git from a backup, or set MCTL_GITOPS_REMOTE to the repository.',
  });
}

/** Opens the repository of the settings and closes it again. A remote without a mirror here is mirrored aside, for this once. */
export async function withRepository<T>(config: Config, work: (gitops: Gitops) => Promise<T>): Promise<T> {
  mustHaveRepository(config);
  const aside = statOf(repositoryFolder(config)) ? undefined : mkdtempSync(join(tmpdir(), 'mctl-audit-'));
  try {
    const { gitops } = await openGitops(
      aside === undefined ? config : new Config({ ...config.values, dataDir: aside }),
    );
    try {
      return await work(gitops);
    } finally {
      await gitops.close();
    }
  } finally {
    if (aside !== undefined) rmSync(aside, { recursive: true, force: true });
  }
}
