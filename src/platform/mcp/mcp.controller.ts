import { Controller, Delete, Get, Inject, Post, Req, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { StreamableHttpController } from '@rekog/mcp-nest';
import type { Response } from 'express';
import { Allow } from '../auth/access-rule';
import type { SignedRequest } from './call';
import { agreeOnRevision, refusalOfRevision } from './legacy-revisions';
import { McpSessions } from './mcp-sessions';
import { ModernRequests } from './modern-requests';
import { eraOf, PlainAnswers } from './plain-answers';

const NO_BATCHES = {
  jsonrpc: '2.0',
  id: null,
  error: { code: -32600, message: 'Send one message per request; the protocol has no batches since 2025-06-18.' },
};
const ONLY_POST = {
  jsonrpc: '2.0',
  id: null,
  error: {
    code: -32000,
    message: 'Method not allowed: send messages with POST. There is no session to listen to or to end.',
  },
};

/** The MCP endpoint as a route of ours: the global guard authenticates every request before the protocol sees it. */
@ApiExcludeController()
@Allow('signed-in')
@Controller('mcp')
export class McpEndpointController extends StreamableHttpController {
  @Inject(McpSessions)
  private readonly sessions!: McpSessions;
  @Inject(ModernRequests)
  private readonly modern!: ModernRequests;
  @Inject(PlainAnswers)
  private readonly plain!: PlainAnswers;

  /** A batch would be thousands of answers for one small request. */
  @Post()
  override post(@Req() request: SignedRequest, @Res() response: Response): Promise<void> | void {
    if (Array.isArray(request.body)) return void response.status(400).json(NO_BATCHES);
    const refusal = refusalOfRevision(request);
    if (refusal) return void response.status(400).json(refusal);
    agreeOnRevision(request);
    if (this.sessions.isFor(request)) return this.sessions.serve(request, response);
    if (eraOf(request) === 'modern') return this.modern.serve(request, response);
    if (this.plain.isFor(request)) return this.plain.serve(request, response);
    return super.post(request, response);
  }

  @Get()
  override get(@Req() request: SignedRequest, @Res() response: Response): Promise<void> | void {
    return this.inSession(request, response);
  }

  @Delete()
  override delete(@Req() request: SignedRequest, @Res() response: Response): Promise<void> | void {
    return this.inSession(request, response);
  }

  private inSession(request: SignedRequest, response: Response): Promise<void> | void {
    if (this.sessions.isFor(request)) return this.sessions.serve(request, response);
    response.status(405).setHeader('Allow', 'POST').json(ONLY_POST);
  }
}
