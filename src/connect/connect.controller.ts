import { Controller, Get, Inject, Req, UseFilters, UseInterceptors } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { Actor } from '../platform/auth/actor';
import { GuardedBy } from '../platform/auth/access-rule';
import { BrowserLimits } from '../platform/auth/browser-limits';
import { Config } from '../platform/config';
import {
  OwnAddress,
  type Page,
  PageErrorFilter,
  PageGuard,
  PageInterceptor,
  type PageRequest,
  Visit,
} from '../platform/http/pages';
import type { SignedRequest } from '../platform/mcp';
import { type BrowserSession, BrowserSessions } from '../platform/sign-in/browser-sessions';
import { SIGN_OUT } from '../platform/sign-in/sign-in.controller';
import { SignIns } from '../platform/sign-in/sign-in.service';
import { ConnectService } from './connect.service';
import { guidesFor } from './guides';
import { installationOf } from './installation';
import { connectPage } from './pages';

const SIGN_IN: Page = { status: 303, location: '/sign-in?to=/connect' };

/** Where people see who they are here and how their assistant connects. */
@ApiExcludeController()
@GuardedBy(PageGuard)
@UseInterceptors(PageInterceptor)
@UseFilters(PageErrorFilter)
@Controller('connect')
export class ConnectController {
  constructor(
    @Inject(ConnectService) private readonly service: ConnectService,
    @Inject(BrowserSessions) private readonly sessions: BrowserSessions,
    @Inject(SignIns) private readonly signIns: SignIns,
    @Inject(BrowserLimits) private readonly limits: BrowserLimits,
    @Inject(OwnAddress) private readonly address: OwnAddress,
    @Inject(Config) private readonly config: Config,
  ) {}

  /** With `?try=whoami` it also shows what the tool answers. That is a read, so it is a GET: it can be loaded again. */
  @Get()
  async show(@Visit() visit: PageRequest, @Req() request: SignedRequest): Promise<Page> {
    await this.limits.count(request);
    const session = await this.sessions.find(visit);
    const actor = session && this.service.actorOf(session.person, visit.via);
    if (actor) return this.pageOf(session, actor, visit.query.try === 'whoami');
    // Where nobody can sign in with a browser, there is nothing to wait for: what it says is no secret.
    const { providers, takesTokens } = this.signIns;
    return providers.length > 0 || takesTokens ? SIGN_IN : connectPage(this.shared());
  }

  private async pageOf({ id, person }: BrowserSession, actor: Actor, isTrying: boolean): Promise<Page> {
    const whoami = await this.service.whoami(actor);
    const signOut = this.sessions.formToken(id, SIGN_OUT);
    return connectPage({ ...this.shared(person.login), visitor: { person, whoami, signOut, isTrying } });
  }

  private shared(login?: string) {
    const installation = installationOf(this.config, this.address.base() ?? '');
    return { installation, guides: guidesFor(installation, login) };
  }
}
