import { Body, Controller, HttpCode, HttpStatus, Inject, Post } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { Webhook } from '../../auth/webhook-gate';
import { InvalidInput } from '../../errors';
import { Workflows } from '../workflows';
import { ArgoWorkflows } from './argo.workflows';

const delivery = z.object({ workflow_name: z.string().regex(/^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/) });

export interface CompletionTaken {
  /** `ignored`: another engine carries operations out. */
  readonly status: 'accepted' | 'ignored';
}

/** Where a Workflow tells that it has ended. That hurries; what is so is read from the Workflow itself. */
@Controller('api/v1/webhooks')
@ApiTags('webhooks')
export class ArgoWebhookController {
  constructor(@Inject(Workflows) private readonly workflows: Workflows) {}

  @Webhook({ webhook: 'argo', proof: 'mctl-signature', secretFile: 'argoWebhookSecretFile' })
  @ApiOperation({
    summary: 'End of a Workflow of MCTL (mctl notify-workflow)',
    description: 'Signed with X-MCTL-Signature (MCTL_ARGO_WEBHOOK_SECRET_FILE). Only the name is believed.',
  })
  @HttpCode(HttpStatus.OK)
  @Post('argo')
  argo(@Body() body: unknown): CompletionTaken {
    const { success, data } = delivery.safeParse(body);
    if (!success) {
      throw new InvalidInput('This is no completion of a Workflow.', {
        field: 'workflow_name',
        expected: 'the name of a Workflow',
      });
    }
    if (!(this.workflows instanceof ArgoWorkflows)) return { status: 'ignored' };
    this.workflows.hear(data.workflow_name);
    return { status: 'accepted' };
  }
}
