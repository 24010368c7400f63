import { Controller, Get, Header, Inject, Req } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { Request } from 'express';
import { Public } from '../auth/access-rule';
import type { Door } from '../auth/actor';
import { authorizationServers, basicScopes, METADATA_PATH, metadataUrl, resourceOf } from '../auth/protected-resource';
import { Config } from '../config';
import { NotFound } from '../errors';

interface ResourceMetadata {
  readonly resource: string;
  readonly authorization_servers: readonly string[];
  readonly scopes_supported: readonly string[];
  readonly bearer_methods_supported: readonly string[];
  readonly resource_name: string;
}

/** Protected resource metadata (RFC 9728): how a client that knows only our address finds out who gives it a token. */
@ApiExcludeController()
@Public()
@Controller()
export class ProtectedResourceController {
  constructor(@Inject(Config) private readonly config: Config) {}

  @Get([METADATA_PATH])
  @Header('Cache-Control', 'public, max-age=300')
  root(@Req() request: Request): ResourceMetadata {
    return this.metadataOf('rest', request);
  }

  @Get([`${METADATA_PATH}/mcp`])
  @Header('Cache-Control', 'public, max-age=300')
  mcp(@Req() request: Request): ResourceMetadata {
    return this.metadataOf('mcp', request);
  }

  private metadataOf(door: Door, request: Request): ResourceMetadata {
    const resource = resourceOf(this.config, door, request);
    if (resource === undefined || metadataUrl(this.config, door, request) === undefined) {
      throw new NotFound('There is no such route.', { code: 'route_not_found' });
    }
    return {
      resource,
      authorization_servers: authorizationServers(this.config, request),
      scopes_supported: basicScopes(this.config, request),
      bearer_methods_supported: ['header'],
      resource_name: 'MCTL',
    };
  }
}
