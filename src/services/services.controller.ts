import { Controller, Inject } from '@nestjs/common';
import type { Actor } from '../platform/auth/actor';
import { ReadRoute } from '../platform/http/route.decorators';
import { Caller, Input, InToolset } from '../platform/mcp';
import {
  ListServicesInput,
  ServiceConfig,
  ServiceInput,
  ServiceList,
  ServiceLogs,
  ServiceLogsInput,
  ServiceStatus,
} from './services.dto';
import { ServicesService } from './services.service';

const TAG = 'services';

@InToolset('services')
@Controller('api/v1')
export class ServicesController {
  constructor(@Inject(ServicesService) private readonly services: ServicesService) {}

  @ReadRoute('services', {
    tag: TAG,
    summary: 'Services of your teams',
    role: 'any',
    team: 'none',
    input: ListServicesInput,
    answer: ServiceList,
  })
  list(@Input() input: ListServicesInput, @Caller() actor: Actor): Promise<ServiceList> {
    return this.services.list(actor, input);
  }

  @ReadRoute('services/:team/:service', {
    tag: TAG,
    summary: 'What git declares for one service',
    role: 'viewer',
    team: 'argument',
    input: ServiceInput,
    answer: ServiceConfig,
  })
  config(@Input() input: ServiceInput, @Caller() actor: Actor): Promise<ServiceConfig> {
    return this.services.config(actor, input);
  }

  @ReadRoute('status/:team/:service', {
    tag: TAG,
    summary: 'How one service is',
    role: 'viewer',
    team: 'argument',
    input: ServiceInput,
    answer: ServiceStatus,
  })
  status(@Input() input: ServiceInput, @Caller() actor: Actor): Promise<ServiceStatus> {
    return this.services.status(actor, input);
  }

  @ReadRoute('logs/:team/:service', {
    tag: TAG,
    summary: 'Log lines of one service',
    role: 'viewer',
    team: 'argument',
    input: ServiceLogsInput,
    answer: ServiceLogs,
  })
  logs(@Input() input: ServiceLogsInput, @Caller() actor: Actor): Promise<ServiceLogs> {
    return this.services.logs(actor, input);
  }
}
