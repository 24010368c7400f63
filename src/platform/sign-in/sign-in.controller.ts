import { Controller, Get, Inject, Post, Req, UseFilters, UseInterceptors } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { Request } from 'express';
import { GuardedBy } from '../auth/access-rule';
import { BrowserLimits } from '../auth/browser-limits';
import { knockOf } from '../auth/failed-sign-ins';
import { MctlError, Unauthenticated } from '../errors';
import {
  OwnAddress,
  type Page,
  PageErrorFilter,
  PageGuard,
  PageInterceptor,
  type PageRequest,
  Visit,
} from '../http/pages';
import { BrowserSessions } from './browser-sessions';
import { signedInPage, signInPage } from './pages';
import { returnPath } from './return-path.policy';
import { SignIns } from './sign-in.service';

const LOCAL = 'sign-in';
export const SIGN_OUT = 'sign-out';

/** Signing in and out with a browser; everything that needs a person leads here and comes back. */
@ApiExcludeController()
@GuardedBy(PageGuard)
@UseInterceptors(PageInterceptor)
@UseFilters(PageErrorFilter)
@Controller('sign-in')
export class SignInController {
  constructor(
    @Inject(SignIns) private readonly signIns: SignIns,
    @Inject(BrowserSessions) private readonly sessions: BrowserSessions,
    @Inject(BrowserLimits) private readonly limits: BrowserLimits,
    @Inject(OwnAddress) private readonly address: OwnAddress,
  ) {}

  @Get()
  show(@Visit() visit: PageRequest): Page {
    return this.page(visit, returnPath(visit.query.to));
  }

  /** A local token, pasted. */
  @Post()
  async paste(@Visit() visit: PageRequest, @Req() request: Request): Promise<Page> {
    await this.limits.count(request);
    const to = returnPath(visit.form.to);
    this.sessions.checkForm(this.sessions.visit(visit).id, LOCAL, visit.form);
    try {
      const person = await this.signIns.local(visit.form.credential ?? '', knockOf(request));
      const cookie = await this.sessions.open(person, await this.sessions.find(visit));
      // A page, no redirect: one that ends at another site would be stopped, for a form began it.
      return { ...signedInPage(person, to), cookie };
    } catch (error) {
      if (!(error instanceof Unauthenticated)) throw error;
      return this.page(visit, to, error);
    }
  }

  @Post('out')
  async signOut(@Visit() visit: PageRequest): Promise<Page> {
    const session = await this.sessions.find(visit);
    if (session) this.sessions.checkForm(session.id, SIGN_OUT, visit.form);
    const cookie = await this.sessions.close(session ?? { id: '' });
    return { status: 303, location: `/sign-in?to=${encodeURIComponent(returnPath(visit.form.to))}`, cookie };
  }

  @Get(':provider')
  async begin(@Visit() visit: PageRequest, @Req() request: Request): Promise<Page> {
    await this.limits.count(request);
    const { id, cookie } = this.sessions.visit(visit);
    return { status: 303, location: await this.signIns.begin(visit.params.provider ?? '', id, visit.query.to), cookie };
  }

  @Get(':provider/callback')
  async end(@Visit() visit: PageRequest, @Req() request: Request): Promise<Page> {
    await this.limits.count(request);
    const { provider = '' } = visit.params;
    // The query as it came, on our own address: what the provider's library compares it with is what we sent.
    const callback = new URL(`${this.address.base() ?? ''}/sign-in/${encodeURIComponent(provider)}/callback`);
    callback.search = new URL(request.originalUrl, callback).search;
    const { person, to } = await this.signIns.end(provider, this.sessions.visit(visit).id, callback);
    return { status: 303, location: to, cookie: await this.sessions.open(person, await this.sessions.find(visit)) };
  }

  private page(visit: PageRequest, to: string, problem?: MctlError): Page {
    const { id, cookie } = this.sessions.visit(visit);
    const { providers, takesTokens, tokenCommand } = this.signIns;
    const form = this.sessions.formToken(id, LOCAL);
    return { ...signInPage({ providers, takesTokens, tokenCommand, form, to, problem }), cookie };
  }
}
