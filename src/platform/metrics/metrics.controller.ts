import { Controller, Get, Header, Inject, Req } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { Request } from 'express';
import { Public, Uncounted } from '../auth/access-rule';
import { NotFound } from '../errors';
import { Metrics } from './metrics';

/** Headers that proxies add. */
const VIA_PROXY = /^(?:forwarded|via|x-forwarded-.*|x-real-ip|x-client-ip|cf-connecting-ip|true-client-ip)$/;

@ApiExcludeController()
@Public()
@Uncounted()
@Controller('metrics')
export class MetricsController {
  constructor(@Inject(Metrics) private readonly metrics: Metrics) {}

  /** For the scraper beside us; a request that came through a proxy came from outside. */
  @Get()
  @Header('Content-Type', 'text/plain; version=0.0.4; charset=utf-8')
  read(@Req() request: Request): Promise<string> {
    const viaProxy = Object.keys(request.headers).some((name) => VIA_PROXY.test(name));
    if (viaProxy) throw new NotFound('There is no such route.', { code: 'route_not_found' });
    return this.metrics.registry.metrics();
  }
}
