import { Controller, Inject } from '@nestjs/common';
import type { Actor } from '../platform/auth/actor';
import { ReadRoute } from '../platform/http/route.decorators';
import { Caller, Input, InToolset } from '../platform/mcp';
import { ListReposInput, RepositoryList } from './repositories.dto';
import { RepositoriesService } from './repositories.service';

@InToolset('repositories')
@Controller('api/v1')
export class RepositoriesController {
  constructor(@Inject(RepositoriesService) private readonly repositories: RepositoriesService) {}

  @ReadRoute('repos', {
    tag: 'repositories',
    summary: 'Repositories of one team',
    role: 'viewer',
    team: 'argument',
    input: ListReposInput,
    answer: RepositoryList,
  })
  list(@Input() input: ListReposInput, @Caller() actor: Actor): Promise<RepositoryList> {
    return this.repositories.list(actor, input);
  }
}
