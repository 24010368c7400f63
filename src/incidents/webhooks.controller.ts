import type { IncomingMessage } from 'node:http';
import { Body, Controller, Headers, HttpCode, HttpStatus, Inject, Post, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Actor } from '../platform/auth/actor';
import { Webhook } from '../platform/auth/webhook-gate';
import { oddKeysOf } from '../platform/http/odd-keys';
import { Caller } from '../platform/mcp';
import { type AlertsTaken, type DeliveryTaken, WebhooksService } from './webhooks.service';

/** Where other programs report by themselves. Each proves its secret before anything that it sent is looked at. */
@Controller('api/v1/webhooks')
@ApiTags('webhooks')
export class WebhooksController {
  constructor(@Inject(WebhooksService) private readonly webhooks: WebhooksService) {}

  @Webhook({ webhook: 'alertmanager', proof: 'bearer', secretFile: 'alertmanagerSecretFile' })
  @ApiOperation({
    summary: 'Alerts from Alertmanager (webhook payload version 4)',
    description:
      'Bearer secret in Authorization (MCTL_ALERTMANAGER_SECRET_FILE). 2xx: everything is kept. 5xx: send again.',
  })
  @HttpCode(HttpStatus.OK)
  @Post('alertmanager')
  alertmanager(@Body() body: unknown, @Req() request: IncomingMessage, @Caller() actor: Actor): Promise<AlertsTaken> {
    return this.webhooks.alertmanager(actor, body, oddKeysOf(request));
  }

  @Webhook({ webhook: 'github', proof: 'hub-signature', secretFile: 'githubWebhookSecretFile' })
  @ApiOperation({
    summary: 'Ends of GitHub workflows (event workflow_run, content type application/json)',
    description:
      'Signed with X-Hub-Signature-256 (MCTL_GITHUB_WEBHOOK_SECRET_FILE). 202: understood, and not of interest.',
  })
  @HttpCode(HttpStatus.OK)
  @Post('github')
  async github(
    @Body() body: unknown,
    @Headers() headers: Record<string, string | undefined>,
    @Caller() actor: Actor,
    @Res({ passthrough: true }) response: { status(code: number): unknown },
  ): Promise<DeliveryTaken> {
    const delivery = { event: headers['x-github-event'], id: headers['x-github-delivery'] };
    const taken = await this.webhooks.github(actor, delivery, body);
    if (taken.status === 'ignored') response.status(HttpStatus.ACCEPTED);
    return taken;
  }
}
