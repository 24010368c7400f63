import { Inject } from '@nestjs/common';
import { McpController } from '@rekog/mcp-nest';
import type { Actor } from '../platform/auth/actor';
import { Caller, Input, InToolset, OperationTool, Progress, ReadTool } from '../platform/mcp';
import type { WriteAnswer } from '../platform/operations/answer.dto';
import { Operations, type ProgressListener } from '../platform/operations/operations';
import { createPreview } from './create-preview.operation';
import { deletePreview } from './delete-preview.operation';
import { CreatePreviewInput, DeletePreviewInput, ListPreviewsInput, PreviewList } from './previews.dto';
import { PreviewsService } from './previews.service';

@InToolset('previews')
@McpController()
export class PreviewsTools {
  constructor(
    @Inject(PreviewsService) private readonly previews: PreviewsService,
    @Inject(Operations) private readonly operations: Operations,
  ) {}

  @ReadTool({
    name: 'mctl_list_previews',
    title: 'List Previews',
    description: 'Previews of a team or service: url, image tag, who asked, expiry, sync and health.',
    role: 'viewer',
    team: 'argument',
    input: ListPreviewsInput,
    answer: PreviewList,
  })
  list(@Input() input: ListPreviewsInput, @Caller() actor: Actor): Promise<PreviewList> {
    return this.previews.list(actor, input);
  }

  @OperationTool(createPreview)
  create(
    @Input() input: CreatePreviewInput,
    @Caller() actor: Actor,
    @Progress() progress: ProgressListener,
  ): Promise<WriteAnswer> {
    return this.operations.run(createPreview, actor, input, progress);
  }

  @OperationTool(deletePreview)
  delete(
    @Input() input: DeletePreviewInput,
    @Caller() actor: Actor,
    @Progress() progress: ProgressListener,
  ): Promise<WriteAnswer> {
    return this.operations.run(deletePreview, actor, input, progress);
  }
}
