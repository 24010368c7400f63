import { Controller, Get, Header, Inject } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
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
  root(): ResourceMetadata {
    return this.metadataOf('rest');
  }

  @Get([`${METADATA_PATH}/mcp`])
  @Header('Cache-Control', 'public, max-age=300')
  mcp(): ResourceMetadata {
    return this.metadataOf('mcp');
  }

  private metadataOf(door: Door): ResourceMetadata {
    const resource = resourceOf(this.config, door);
    if (resource === undefined || metadataUrl(this.config, door) === undefined) {
      throw new NotFound('There is no such route.', { code: 'route_not_found' });
    }
    return {
      resource,
      authorization_servers: authorizationServers(this.config),
      scopes_supported: basicScopes(this.config),
      bearer_methods_supported: ['header'],
      resource_name: 'MCTL',
    };
  }
}
