import { Inject, Module } from '@nestjs/common';
import { Github } from '../platform/github';
import { Keys } from '../platform/keys';
import { OperationRegistry } from '../platform/operations/registry';
import type { OperationRow } from '../platform/store';
import { Askers } from './askers';
import { CheckAccess } from './check-access.task';
import { FetchRepositories } from './fetch-repositories.task';
import { grantRepoAccess } from './grant-repo-access.operation';
import { expiryOf, LINK_MINUTES, stateOf } from './link';
import { RepositoriesController } from './repositories.controller';
import type { GrantRepoAccessInput, SyncReposInput } from './repositories.dto';
import { RepositoriesService } from './repositories.service';
import { RepositoriesTools } from './repositories.tools';
import { grantOf, RepositoryRows } from './repository-rows';
import { RepositoryTeams } from './repository-teams';
import { keepFetched, openLink } from './settle';
import { SetupController } from './setup.controller';
import { SetupService } from './setup.service';
import { type SyncFacts, syncRepos } from './sync-repos.operation';

@Module({
  controllers: [RepositoriesTools, RepositoriesController, SetupController],
  providers: [
    Askers,
    CheckAccess,
    FetchRepositories,
    RepositoriesService,
    RepositoryRows,
    RepositoryTeams,
    SetupService,
  ],
  exports: [RepositoryTeams],
})
export class RepositoriesModule {
  constructor(
    @Inject(OperationRegistry) registry: OperationRegistry,
    @Inject(Github) private readonly github: Github,
    @Inject(Keys) private readonly keys: Keys,
    @Inject(RepositoryRows) private readonly rows: RepositoryRows,
    @Inject(CheckAccess) checkAccess: CheckAccess,
    @Inject(FetchRepositories) fetchRepositories: FetchRepositories,
  ) {
    registry.register(grantRepoAccess, syncRepos);
    registry.bind<GrantRepoAccessInput, undefined>(grantRepoAccess, {
      facts: () => this.configured(undefined),
      tasks: { 'check-access': (context) => checkAccess.run(context) },
      settle: (transaction, settled) =>
        openLink(rows, { app: github.app, key: keys.githubLinkKey }, transaction, settled),
      present: (row) => this.linkOf(row),
    });
    registry.bind<SyncReposInput, SyncFacts>(syncRepos, {
      facts: async ({ team }) => this.configured({ grants: (await rows.grantsOf(team, github.app)).map(grantOf) }),
      tasks: { 'fetch-repositories': (context) => fetchRepositories.run(context) },
      settle: (transaction, settled) => keepFetched(rows, transaction, settled),
    });
  }

  /** Without an App there is nothing to plan. */
  private configured<T>(facts: T): Promise<T> {
    this.github.requireConfigured();
    return Promise.resolve(facts);
  }

  /** The link, to its caller only and for as long as it opens anything. */
  private async linkOf(row: OperationRow): Promise<Readonly<Record<string, unknown>>> {
    const expiresAt = expiryOf(new Date(row.submitted_at), LINK_MINUTES);
    const link = await this.rows.linkOf(row.id);
    if (expiresAt <= new Date() || (row.status === 'succeeded' && link?.used_at !== null)) return {};
    return {
      install_url: this.github.installUrl(stateOf(this.keys.githubLinkKey, row.id)),
      install_url_expires_at: expiresAt.toISOString(),
    };
  }
}
