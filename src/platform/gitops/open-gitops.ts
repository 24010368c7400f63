import { existsSync, readdirSync } from 'node:fs';
import { isIPv6 } from 'node:net';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Config } from '../config';
import type { DatabaseFacts } from './database-facts';
import { log } from '../logging';
import {
  assertCanSign,
  EmbeddedRemote,
  GitError,
  ObjectReader,
  type BareRepository,
  type Remote,
  RemoteCredentials,
  RemoteProbe,
  type Signing,
  UrlRemote,
} from './git';
import { Gitops } from './gitops';
import { openEmbedded } from './open-embedded';
import { Layout } from './layout';
import { MirrorRepair, openMirror } from './mirror-repair';
import type { PlatformFacts } from './world';

const EMBEDDED = 'gitops.git';
const MIRROR = 'gitops-mirror.git';

export interface OpenedGitops {
  readonly gitops: Gitops;
  readonly repository: BareRepository;
  readonly isEmbedded: boolean;
}

/**
 * Opens the repository that the settings name: the bare one in the data folder, or a mirror of the remote beside it.
 * @throws GitError `branch_gone` where the embedded one has branches and this is none of them; `signing` where commits are to be signed and the key cannot do it.
 */
export async function openGitops(config: Config): Promise<OpenedGitops> {
  const { gitopsRemote: url, gitopsBranch: branch, gitopsRoot, gitopsMaxStaleness } = config.values;
  const isEmbedded = url === undefined;
  const folder = repositoryFolder(config);
  const repository = await (isEmbedded ? openEmbedded : openMirror)(folder, branch);
  const { gitDir } = repository;
  if (isEmbedded) await assertBranch(config);
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
    ...(!isEmbedded && { mirror: new MirrorRepair(repository, reader) }),
  });
  return { gitops, repository, isEmbedded };
}

/** The embedded repository, or the mirror of the remote. */
export function repositoryFolder({ dataDir, values }: Config): string {
  return join(dataDir, values.gitopsRemote === undefined ? EMBEDDED : MIRROR);
}

/** The embedded repository would be made anew while the data folder has the mirror of a remote that no setting names. */
export function hasForgottenRemote({ dataDir, values }: Config): boolean {
  if (values.gitopsRemote !== undefined || existsSync(join(dataDir, EMBEDDED))) return false;
  const mirror = join(dataDir, MIRROR);
  // A mirror that never came to a commit has no tracking ref, loose or packed.
  return hasFiles(join(mirror, 'refs', 'remotes')) || existsSync(join(mirror, 'packed-refs'));
}

function hasFiles(folder: string): boolean {
  if (!existsSync(folder)) return false;
  return readdirSync(folder, { withFileTypes: true, recursive: true }).some((entry) => entry.isFile());
}

/** A branch is started in a repository without any, as on a remote. */
async function assertBranch(config: Config): Promise<void> {
  const { gitopsBranch: branch, gitopsTimeout: timeoutMs } = config.values;
  const probe = new RemoteProbe({ url: remoteUrlOf(config), branch, credentials: credentialsOf(config), timeoutMs });
  const { head, branches } = await probe.look(AbortSignal.timeout(timeoutMs));
  if (head === undefined && branches.length > 0) throw new GitError({ command: 'ls-remote', kind: 'branch_gone' });
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

/** The address at which git of this machine finds this repository. */
export function remoteUrlOf(config: Config): string {
  return config.values.gitopsRemote ?? pathToFileURL(join(config.dataDir, EMBEDDED)).href;
}

/** The address that manifests name for this repository: Argo CD is elsewhere, and reaches the embedded one through our own door only. */
export function repoUrlOf(config: Config): string {
  return gitDoorUrl(config) ?? remoteUrlOf(config);
}

/** Where the embedded repository is served; undefined where it is not. */
export function gitDoorUrl({ values }: Config): string | undefined {
  if (values.gitPasswordFile === undefined) return undefined;
  const origin = values.publicUrl ?? `http://${isIPv6(values.host) ? `[${values.host}]` : values.host}:${values.port}`;
  return values.gitUrl ?? `${origin}/git/${EMBEDDED}`;
}

function platformFacts(config: Config): PlatformFacts {
  const { values } = config;
  return {
    repoUrl: repoUrlOf(config),
    domain: values.platformDomain,
    clusterIssuer: values.clusterIssuer,
    imageRegistries: values.imageRegistries,
    builder: values.builder,
    buildRegistry: values.buildRegistry,
    resourceProfiles: values.openclawProfiles,
    previewDomain: values.previewDomain,
    previewsPerTeam: values.previewsPerTeam,
    domainExpiryMs: values.domainExpiry,
    pendingDomains: values.pendingDomains,
    databases: databaseFacts(config),
  };
}

function databaseFacts({ values, createsDatabases }: Config): DatabaseFacts {
  const { databaseCluster: cluster, databaseNamespace: namespace } = values;
  return {
    mode: createsDatabases ? 'server' : 'cluster',
    cluster,
    namespace,
    secretStore: values.databaseSecretStore,
    host: values.databaseHost ?? (createsDatabases ? undefined : `${cluster}-rw.${namespace}.svc.cluster.local`),
    extensions: [...new Set(values.databaseExtensions)].sort(),
    connections: values.databaseConnections,
  };
}

function signingOf(key: string | undefined): Signing | undefined {
  if (key === undefined) return undefined;
  return key.startsWith('gpg:') ? { format: 'openpgp', key: key.slice('gpg:'.length) } : { format: 'ssh', key };
}
