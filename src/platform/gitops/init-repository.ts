import type { Config } from '../config';
import type { FileChange } from './file-index';
import type { Gitops } from './gitops';
import { repoUrlOf } from './open-gitops';
import { seedFiles, type VaultFacts } from './seed';

export interface InitResult {
  readonly commit?: string;
  readonly written: readonly string[];
  /** Files that are there with other content; `init` leaves them alone unless told to update. */
  readonly kept: readonly string[];
}

/**
 * Puts charts, ApplicationSets and templates into the repository as one commit. What is there already stays, unless `update`
 * replaces the files that are ours. Running it again changes nothing.
 * @throws Conflict `unreadable_file` where a link, a submodule or a file stands in the place of a folder that it would write to.
 */
export async function initRepository(
  gitops: Gitops,
  config: Config,
  options: { update?: boolean } = {},
): Promise<InitResult> {
  const { gitopsBranch: branch, databaseNamespace } = config.values;
  const facts = { repoUrl: repoUrlOf(config), branch, layout: gitops.layout, databaseNamespace };
  const files = seedFiles({ ...facts, vault: vaultFacts(config) });
  let written: FileChange[] = [];
  let kept: FileChange[] = [];
  const [commit] = await gitops.commit(
    async () => {
      const present = await gitops.readAtHead(files.map(({ path }) => path));
      const differing = files.filter(({ path, content }) => present.get(path) !== content);
      kept = options.update ? [] : differing.filter(({ path }) => present.has(path));
      written = differing.filter((file) => !kept.includes(file));
      await gitops.mustHaveFolders(written.map(({ path }) => path));
      return written.length === 0 ? [] : [draftOf(written, config, present.size === 0)];
    },
    () => Promise.resolve(),
  );
  return { commit, written: written.map(({ path }) => path), kept: kept.map(({ path }) => path) };
}

function vaultFacts({ values }: Config): VaultFacts | undefined {
  const { secrets, vaultAddr: server, vaultMount: path, vaultNamespace: namespace = '' } = values;
  return secrets === 'vault' && server !== undefined ? { server, path, namespace } : undefined;
}

function draftOf(files: readonly FileChange[], config: Config, isFirst: boolean) {
  return {
    changes: files.map(({ path, content = '' }) => ({ path, content })),
    message: `chore(platform): ${isFirst ? 'seed' : 'update'} charts, ApplicationSets and templates\n`,
    author: config.committer,
    committer: config.committer,
    at: new Date(),
  };
}
