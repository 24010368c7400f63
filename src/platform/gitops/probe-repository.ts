import { Config } from '../config';
import { RemoteProbe } from './git';
import type { Gitops } from './gitops';
import { credentialsOf, openGitops, type OpenedGitops, remoteUrlOf } from './open-gitops';
import type { World } from './world';

/** The newest state of the repository, one commit deep, in a folder of its own. */
export interface RepositoryCopy {
  readonly gitDir: string;
  readonly world: World;
  /** Ends the reader of the copy; removing the folder is up to whoever made it. */
  close(): Promise<void>;
  /** Which of the files are there, also of those the read model leaves out. */
  present(paths: readonly string[]): Promise<ReadonlySet<string>>;
  /** Commits onto the copy, and nowhere else. */
  commit(at: Date): Promise<string>;
}

/** Probes the repository of the settings; the embedded one is asked like any remote, so that a server beside it is not disturbed. */
export function openProbe(config: Config, timeoutMs: number): RemoteProbe {
  return new RemoteProbe({
    url: remoteUrlOf(config),
    branch: config.values.gitopsBranch,
    credentials: credentialsOf(config),
    timeoutMs,
  });
}

/** @param hasHead whether the remote has the branch; without it the copy is empty. @throws GitError, MctlError */
export async function copyRepository(
  config: Config,
  { probe, folder, hasHead }: { probe: RemoteProbe; folder: string; hasHead: boolean },
  signal: AbortSignal,
): Promise<RepositoryCopy> {
  const opened = await openScratch(config, folder, undefined);
  try {
    if (hasHead) await probe.fetchHead(opened.repository.gitDir, signal);
    return copyOf(opened, config, await opened.gitops.refresh());
  } catch (error) {
    await opened.gitops.close();
    throw error;
  }
}

/**
 * Makes a signed commit in a folder that is thrown away.
 * @throws GitError with what git, ssh-keygen or gpg said.
 */
export async function trySigning(config: Config, folder: string): Promise<void> {
  const { gitops } = await openScratch(config, folder, config.values.gitopsSigningKey);
  try {
    await commitNothing(gitops, config, new Date());
  } finally {
    await gitops.close();
  }
}

/** The settings with an embedded repository below `folder`. */
function openScratch(config: Config, folder: string, gitopsSigningKey: string | undefined): Promise<OpenedGitops> {
  return openGitops(new Config({ ...config.values, dataDir: folder, gitopsRemote: undefined, gitopsSigningKey }));
}

function copyOf({ gitops, repository }: OpenedGitops, config: Config, world: World): RepositoryCopy {
  return {
    gitDir: repository.gitDir,
    world,
    close: () => gitops.close(),
    present: async (paths) => new Set((await gitops.readAtHead(paths)).keys()),
    commit: (at) => commitNothing(gitops, config, at),
  };
}

async function commitNothing(gitops: Gitops, { committer }: Config, at: Date): Promise<string> {
  const draft = { changes: [], message: 'mctl doctor\n', author: committer, committer, at };
  const [commit = ''] = await gitops.commit(
    () => Promise.resolve([draft]),
    () => Promise.resolve(),
  );
  return commit;
}
