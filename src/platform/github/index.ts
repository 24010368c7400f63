export { Github } from './github';
export { GithubLimited, GithubUnavailable } from './github-faults';
export { GithubPeople, SETUP_PATH } from './github-people';
export { GithubActions, type Run } from './github-actions';
export { GithubSource, type ResolvedRef } from './github-source';
export type { Installation, InstalledRepository, Proof, RepositoryPlace } from './shapes';
