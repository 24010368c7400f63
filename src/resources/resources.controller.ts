import { Controller, Inject } from '@nestjs/common';
import type { Actor } from '../platform/auth/actor';
import { ReadRoute } from '../platform/http/route.decorators';
import { Caller, Input, InToolset } from '../platform/mcp';
import { ResourceUsage, ResourceUsageInput } from './resources.dto';
import { ResourcesService } from './resources.service';
import { SizingInput, SizingRecommendation } from './sizing.dto';
import { SizingService } from './sizing.service';

const TAG = 'resources';

@InToolset('resources')
@Controller('api/v1')
export class ResourcesController {
  constructor(
    @Inject(ResourcesService) private readonly resources: ResourcesService,
    @Inject(SizingService) private readonly sizing: SizingService,
  ) {}

  @ReadRoute('resources/:team', {
    tag: TAG,
    summary: 'What a team takes of its quota',
    role: 'viewer',
    team: 'argument',
    input: ResourceUsageInput,
    answer: ResourceUsage,
  })
  usage(@Input() input: ResourceUsageInput, @Caller() actor: Actor): Promise<ResourceUsage> {
    return this.resources.usage(actor, input);
  }

  @ReadRoute('openclaw/:team/:service/sizing', {
    tag: TAG,
    summary: 'Which CPU and memory a service needs by its metrics',
    role: 'viewer',
    team: 'argument',
    input: SizingInput,
    answer: SizingRecommendation,
  })
  recommend(@Input() input: SizingInput, @Caller() actor: Actor): Promise<SizingRecommendation> {
    return this.sizing.recommend(actor, input);
  }
}
