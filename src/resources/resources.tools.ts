import { Inject } from '@nestjs/common';
import { McpController } from '@rekog/mcp-nest';
import type { Actor } from '../platform/auth/actor';
import { Caller, Input, InToolset, OperationTool, Progress, ReadTool } from '../platform/mcp';
import type { WriteAnswer } from '../platform/operations/answer.dto';
import { Operations, type ProgressListener } from '../platform/operations/operations';
import { ApplyProfileInput } from './apply-profile.dto';
import { applyResourceProfile } from './apply-profile.operation';
import { ResourceUsage, ResourceUsageInput } from './resources.dto';
import { ResourcesService } from './resources.service';
import { SizingInput, SizingRecommendation } from './sizing.dto';
import { SizingService } from './sizing.service';

@InToolset('resources')
@McpController()
export class ResourcesTools {
  constructor(
    @Inject(ResourcesService) private readonly resources: ResourcesService,
    @Inject(SizingService) private readonly sizing: SizingService,
    @Inject(Operations) private readonly operations: Operations,
  ) {}

  @ReadTool({
    name: 'mctl_get_resource_usage',
    title: 'Get Resource Usage',
    description:
      'What a team takes of its quota: CPU, memory, pods, storage, in total and per service. Without a cluster: what the manifests ask for.',
    role: 'viewer',
    team: 'argument',
    input: ResourceUsageInput,
    answer: ResourceUsage,
  })
  usage(@Input() input: ResourceUsageInput, @Caller() actor: Actor): Promise<ResourceUsage> {
    return this.resources.usage(actor, input);
  }

  @ReadTool({
    name: 'mctl_get_openclaw_sizing_recommendation',
    title: 'Get Sizing Recommendation',
    description:
      'CPU and memory a service needs by its metrics, the nearest profile, and the difference to today. Under 24 h or 100 samples: insufficient_data.',
    role: 'viewer',
    team: 'argument',
    input: SizingInput,
    answer: SizingRecommendation,
  })
  recommend(@Input() input: SizingInput, @Caller() actor: Actor): Promise<SizingRecommendation> {
    return this.sizing.recommend(actor, input);
  }

  @OperationTool(applyResourceProfile)
  apply(
    @Input() input: ApplyProfileInput,
    @Caller() actor: Actor,
    @Progress() progress: ProgressListener,
  ): Promise<WriteAnswer> {
    return this.operations.run(applyResourceProfile, actor, input, progress);
  }
}
