import { Inject, Injectable } from '@nestjs/common';
import { Github, type RepositoryPlace } from '../platform/github';
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

  /** Where our App may work for a team; undefined where the repository was not granted to it. Names have no case. */
  async grantTo(team: string, fullName: string): Promise<RepositoryPlace | undefined> {
    const grants = await this.rows.grantsOf(team, this.github.app);
    const grant = grants.find(({ full_name: name }) => name.toLowerCase() === fullName.toLowerCase());
    return (
      grant && {
        installationId: grant.installation_id,
        repositoryId: grant.repository_id,
        fullName: grant.full_name,
      }
    );
  }
}
