import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Config } from '../config';
import { log } from '../logging';
import {
  assertCanSign,
  EmbeddedRemote,
  ObjectReader,
  openBareRepository,
  type BareRepository,
  type Remote,
  RemoteCredentials,
  type Signing,
  UrlRemote,
} from './git';
import { Gitops } from './gitops';
import { Layout } from './layout';
import type { PlatformFacts } from './world';

const EMBEDDED = 'gitops.git';

export interface OpenedGitops {
  readonly gitops: Gitops;
  readonly repository: BareRepository;
  readonly isEmbedded: boolean;
}

/**
 * Opens the repository that the settings name: the bare one in the data folder, or a mirror of the remote beside it.
 * @throws GitError `signing` where commits are to be signed and the key cannot do it.
 */
export async function openGitops(config: Config): Promise<OpenedGitops> {
  const { gitopsRemote: url, gitopsBranch: branch, gitopsRoot, gitopsMaxStaleness } = config.values;
  const isEmbedded = url === undefined;
  const repository = await openBareRepository(
    join(config.dataDir, isEmbedded ? EMBEDDED : 'gitops-mirror.git'),
    branch,
  );
  const { gitDir } = repository;
  const reader = new ObjectReader(gitDir);
  const remote: Remote = isEmbedded
    ? new EmbeddedRemote({ gitDir, branch, reader, onRewritten })
    : new UrlRemote({
        ...{ gitDir, url, branch, reader, onRewritten },
        credentials: credentialsOf(config),
        timeoutMs: config.values.gitopsTimeout,
      });
  const signing = signingOf(config.values.gitopsSigningKey);
  if (signing !== undefined) await assertCanSign(gitDir, signing);
  const gitops = new Gitops(reader, remote, {
    gitDir,
    layout: new Layout(gitopsRoot),
    platform: platformFacts(config),
    maxStalenessMs: gitopsMaxStaleness,
    isLocal: isEmbedded,
    signing,
  });
  return { gitops, repository, isEmbedded };
}

export function credentialsOf({ values }: Config): RemoteCredentials {
  return new RemoteCredentials({
    tokenFile: values.gitopsTokenFile,
    username: values.gitopsUsername,
    sshKeyFile: values.gitopsSshKeyFile,
    knownHostsFile: values.gitopsKnownHostsFile,
    caFile: values.gitopsCaFile,
  });
}

/** Commits of ours may be gone from the branch, while their operations stay `succeeded`: whoever reads the log should know why. */
function onRewritten(from: string, to: string): void {
  log.warn({ from, to }, 'the branch was rewritten or moved back by somebody else; commits before it may be gone');
}

/** The address that manifests name for this repository. */
export function repoUrlOf(config: Config): string {
  return config.values.gitopsRemote ?? pathToFileURL(join(config.dataDir, EMBEDDED)).href;
}

function platformFacts(config: Config): PlatformFacts {
  const { values } = config;
  return {
    repoUrl: repoUrlOf(config),
    domain: values.platformDomain,
    clusterIssuer: values.clusterIssuer,
    imageRegistries: values.imageRegistries,
    builder: values.builder,
    resourceProfiles: values.openclawProfiles,
    previewDomain: values.previewDomain,
    previewsPerTeam: values.previewsPerTeam,
  };
}

function signingOf(key: string | undefined): Signing | undefined {
  if (key === undefined) return undefined;
  return key.startsWith('gpg:') ? { format: 'openpgp', key: key.slice('gpg:'.length) } : { format: 'ssh', key };
}
