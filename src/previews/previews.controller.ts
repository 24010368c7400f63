import { Controller, Inject } from '@nestjs/common';
import type { Actor } from '../platform/auth/actor';
import { ReadRoute } from '../platform/http/route.decorators';
import { Caller, Input, InToolset } from '../platform/mcp';
import { ListPreviewsInput, PreviewList } from './previews.dto';
import { PreviewsService } from './previews.service';

@InToolset('previews')
@Controller('api/v1')
export class PreviewsController {
  constructor(@Inject(PreviewsService) private readonly previews: PreviewsService) {}

  @ReadRoute('previews', {
    tag: 'previews',
    summary: 'Previews of one team',
    role: 'viewer',
    team: 'argument',
    input: ListPreviewsInput,
    answer: PreviewList,
  })
  list(@Input() input: ListPreviewsInput, @Caller() actor: Actor): Promise<PreviewList> {
    return this.previews.list(actor, input);
  }
}
