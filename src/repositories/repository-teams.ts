import { Inject, Injectable } from '@nestjs/common';
import { Github } from '../platform/github';
import { RepositoryRows } from './repository-rows';

/** Which teams may use a repository, for features that must know whose it is. */
@Injectable()
export class RepositoryTeams {
  constructor(
    @Inject(Github) private readonly github: Github,
    @Inject(RepositoryRows) private readonly rows: RepositoryRows,
  ) {}

  /** Teams that GitHub's id of a repository was granted to through our App, the first one first. */
  async grantedTo(repositoryId: number): Promise<string[]> {
    return this.rows.teamsOf(repositoryId, this.github.app);
  }
}
