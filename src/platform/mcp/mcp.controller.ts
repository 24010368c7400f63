import { Controller } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { StreamableHttpController } from '@rekog/mcp-nest';
import { Allow } from '../auth/access-rule';

/** The MCP endpoint as a route of ours: the global guard authenticates every request before the protocol sees it. */
@ApiExcludeController()
@Allow('signed-in')
@Controller('mcp')
export class McpEndpointController extends StreamableHttpController {}
