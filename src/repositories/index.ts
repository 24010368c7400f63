export * from './repositories.module';
export { RepositoryTeams } from './repository-teams';
