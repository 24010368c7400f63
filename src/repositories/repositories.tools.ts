import { Inject } from '@nestjs/common';
import { McpController } from '@rekog/mcp-nest';
import type { Actor } from '../platform/auth/actor';
import { Caller, Input, InToolset, OperationTool, Progress, ReadTool } from '../platform/mcp';
import type { WriteAnswer } from '../platform/operations/answer.dto';
import { Operations, type ProgressListener } from '../platform/operations/operations';
import { grantRepoAccess } from './grant-repo-access.operation';
import { GrantRepoAccessInput, ListReposInput, RepositoryList, SyncReposInput } from './repositories.dto';
import { RepositoriesService } from './repositories.service';
import { syncRepos } from './sync-repos.operation';

@InToolset('repositories')
@McpController()
export class RepositoriesTools {
  constructor(
    @Inject(RepositoriesService) private readonly repositories: RepositoriesService,
    @Inject(Operations) private readonly operations: Operations,
  ) {}

  @ReadTool({
    name: 'mctl_list_repos',
    title: 'List Repositories',
    description: 'GitHub repositories granted to a team, as the last mctl_sync_repos found them.',
    role: 'viewer',
    team: 'argument',
    input: ListReposInput,
    answer: RepositoryList,
  })
  list(@Input() input: ListReposInput, @Caller() actor: Actor): Promise<RepositoryList> {
    return this.repositories.list(actor, input);
  }

  @OperationTool(grantRepoAccess)
  grant(
    @Input() input: GrantRepoAccessInput,
    @Caller() actor: Actor,
    @Progress() progress: ProgressListener,
  ): Promise<WriteAnswer> {
    return this.operations.run(grantRepoAccess, actor, input, progress);
  }

  @OperationTool(syncRepos)
  sync(
    @Input() input: SyncReposInput,
    @Caller() actor: Actor,
    @Progress() progress: ProgressListener,
  ): Promise<WriteAnswer> {
    return this.operations.run(syncRepos, actor, input, progress);
  }
}
