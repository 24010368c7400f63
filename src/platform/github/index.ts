export { Github } from './github';
export { GithubLimited, GithubUnavailable } from './github-faults';
export { GithubPeople, SETUP_PATH } from './github-people';
export type { Installation, InstalledRepository, Proof } from './shapes';
