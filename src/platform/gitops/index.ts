export * from './commit-history';
export * from './count-operations';
export * from './database-facts';
export * from './database-file';
export * from './documents';
export * from './domain-file';
export * from './edit-file';
export * from './file-index';
export * from './file-problem';
export * from './gitops';
export * from './inspect';
export * from './inspection';
export * from './layout';
export * from './left-over-file';
export type { Claim, InitContainer } from './pod-file';
export * from './preview-file';
export type { Outage } from './remote-contact';
export * from './service-file';
export * from './tenant-file';
export * from './values';
export * from './world';
export {
  cleanIdentity,
  type CommitDraft,
  GitError,
  type Identity,
  type LogEntry,
  type PathChange,
  RefusedRemote,
} from './git';
export { BackendFailure, hasHttpBackend, type ReadRequest, serveRead, Turns } from './git';
export { installedGit, OLDEST_GIT, type RemoteLook, type RemoteProbe, type RemoteUrl } from './git';
export * from './init-repository';
export * from './open-gitops';
export * from './git-fault';
export * from './gitops.module';
export * from './manifest-schemas';
export * from './placeholders';
export * from './probe-repository';
export * from './templates';
