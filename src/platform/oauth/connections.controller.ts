import { Controller, Get, Inject, Post, Req, UseFilters, UseInterceptors } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { Request } from 'express';
import { GuardedBy } from '../auth/access-rule';
import { BrowserLimits } from '../auth/browser-limits';
import { NotFound } from '../errors';
import { type Page, PageErrorFilter, PageGuard, PageInterceptor, type PageRequest, Visit } from '../http/pages';
import { type BrowserSession, BrowserSessions } from '../sign-in/browser-sessions';
import { SIGN_OUT } from '../sign-in/sign-in.controller';
import { ConnectionEnds } from './connection-ends';
import { Connections } from './connections';
import { connectionsPage } from './pages';

const END = 'end a connection';
const SIGN_IN: Page = { status: 303, location: '/sign-in?to=/connections' };

/** Where people see what they have let in, and end it. */
@ApiExcludeController()
@GuardedBy(PageGuard)
@UseInterceptors(PageInterceptor)
@UseFilters(PageErrorFilter)
@Controller('connections')
export class ConnectionsController {
  constructor(
    @Inject(Connections) private readonly connections: Connections,
    @Inject(ConnectionEnds) private readonly ends: ConnectionEnds,
    @Inject(BrowserSessions) private readonly sessions: BrowserSessions,
    @Inject(BrowserLimits) private readonly limits: BrowserLimits,
  ) {}

  @Get()
  async list(@Visit() visit: PageRequest): Promise<Page> {
    const session = await this.sessions.find(visit);
    return session ? this.page(session) : SIGN_IN;
  }

  @Post()
  async end(@Visit() visit: PageRequest, @Req() request: Request): Promise<Page> {
    await this.limits.count(request);
    const session = await this.sessions.find(visit);
    if (!session) return SIGN_IN;
    this.sessions.checkForm(session.id, END, visit.form);
    const ended = await this.ends.byOwner(session.person, visit.form.connection ?? '', visit.via);
    if (!ended) {
      throw new NotFound('You have no such connection.', {
        code: 'connection_not_found',
        fix: 'It may have ended already.',
      });
    }
    return this.page(session, ended.clientName);
  }

  private async page({ id, person }: BrowserSession, ended?: string): Promise<Page> {
    return connectionsPage({
      person,
      connections: await this.connections.listOf(person.login),
      forms: { end: this.sessions.formToken(id, END), signOut: this.sessions.formToken(id, SIGN_OUT) },
      ended,
    });
  }
}
