import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Config, loadConfig } from '../platform/config';
import { gitDoorUrl, initRepository, type InitResult, openGitops } from '../platform/gitops';
import { quietLog } from './log-settings';

/** Seeds the repository of the settings. It needs no store: the branch's compare-and-swap keeps it apart from a server. */
export async function init({ update, json }: { update?: boolean; json?: boolean }): Promise<void> {
  const config = loadConfig();
  quietLog(config);
  const { repository, ...result } = await seed(config, update);
  process.stdout.write(
    json
      ? `${JSON.stringify({ repository, commit: result.commit ?? null, written: result.written, kept: result.kept }, null, 2)}\n`
      : render(repository, result) + howToFollow(config),
  );
}

async function seed(config: Config, update: boolean | undefined): Promise<InitResult & { repository: string }> {
  const isEmbedded = config.values.gitopsRemote === undefined;
  const folder = isEmbedded ? ownFolder(config) : mkdtempSync(join(tmpdir(), 'mctl-init-'));
  try {
    // A remote is looked at through a mirror of our own: the one in the data folder belongs to the server.
    const { gitops } = await openGitops(new Config({ ...config.values, dataDir: folder }));
    try {
      const result = await initRepository(gitops, config, { update });
      return { ...result, repository: gitops.describe() };
    } finally {
      await gitops.close();
    }
  } finally {
    if (!isEmbedded) rmSync(folder, { recursive: true, force: true });
  }
}

function ownFolder({ dataDir }: Config): string {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  return dataDir;
}

function render(repository: string, { commit, written, kept }: InitResult): string {
  const lines = [
    repository,
    ...(written.length > 0 ? [`wrote ${count(written)}:`, ...indented(written)] : []),
    ...(kept.length > 0
      ? [`kept ${count(kept)} that you changed (--update replaces them by ours):`, ...indented(kept)]
      : []),
    commit === undefined ? 'nothing to do' : `commit ${commit}`,
  ];
  return `${lines.join('\n')}\n`;
}

/** What is left to do in the cluster. */
function howToFollow(config: Config): string {
  const url = gitDoorUrl(config);
  return url === undefined
    ? ''
    : `Argo CD reads it at ${url}: mctl repository-secret prints the Secret that it needs\n`;
}

function count({ length }: readonly string[]): string {
  return length === 1 ? '1 file' : `${length} files`;
}

function indented(paths: readonly string[]): string[] {
  return paths.map((path) => `  ${path}`);
}
