import { Controller, Post, Req, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { StreamableHttpController } from '@rekog/mcp-nest';
import type { Request, Response } from 'express';
import { Allow } from '../auth/access-rule';

const NO_BATCHES = {
  jsonrpc: '2.0',
  id: null,
  error: { code: -32600, message: 'Send one message per request; the protocol has no batches since 2025-06-18.' },
};

/** The MCP endpoint as a route of ours: the global guard authenticates every request before the protocol sees it. */
@ApiExcludeController()
@Allow('signed-in')
@Controller('mcp')
export class McpEndpointController extends StreamableHttpController {
  /** A batch would be thousands of answers for one small request. */
  @Post()
  override post(@Req() request: Request, @Res() response: Response): Promise<void> | void {
    if (Array.isArray(request.body)) return void response.status(400).json(NO_BATCHES);
    return super.post(request, response);
  }
}
