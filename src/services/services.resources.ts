import { Inject } from '@nestjs/common';
import { McpController } from '@rekog/mcp-nest';
import type { Actor } from '../platform/auth/actor';
import { Caller, Input, InToolset, ToolResource } from '../platform/mcp';
import { type ServiceConfig, ServiceInput, type ServiceStatus } from './services.dto';
import { ServicesService } from './services.service';

/** How a service is, and what git declares for it. */
type ServiceDocument = { readonly status: ServiceStatus; readonly config: ServiceConfig };

@InToolset('services')
@McpController()
export class ServicesResources {
  constructor(@Inject(ServicesService) private readonly services: ServicesService) {}

  @ToolResource({
    uri: 'mctl://services/{team}/{service}',
    name: 'service',
    title: 'Service',
    description:
      'One service: status (image, replicas, sync, health, last operation) and config (all that git declares, tag history, names of secrets, never values).',
    tool: 'mctl_get_service_config',
    role: 'viewer',
    team: 'argument',
    input: ServiceInput,
  })
  async service(@Input() input: ServiceInput, @Caller() actor: Actor): Promise<ServiceDocument> {
    return { status: await this.services.status(actor, input), config: await this.services.config(actor, input) };
  }
}
