import type { Interaction, InteractionResults } from 'oidc-provider' with { 'resolution-mode': 'import' };
import { Controller, Get, Inject, Post, Req, Res, UseFilters, UseInterceptors } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { GuardedBy } from '../auth/access-rule';
import { BrowserLimits } from '../auth/browser-limits';
import { NotFound } from '../errors';
import { type Page, PageErrorFilter, PageGuard, PageInterceptor, type PageRequest, Visit } from '../http/pages';
import { type BrowserSession, BrowserSessions } from '../sign-in/browser-sessions';
import { SIGN_OUT } from '../sign-in/sign-in.controller';
import { OAUTH_PATHS, OAuthAddresses } from './addresses';
import { AuthorizationServer } from './authorization-server';
import { ConsentService, type Request as ConsentRequest } from './consent.service';
import { consentPage } from './pages';

const DENIED = { error: 'access_denied', error_description: 'the person did not allow it' };

/** The browser step of an authorisation: somebody signs in, then agrees or does not. */
@ApiExcludeController()
@GuardedBy(PageGuard)
@UseInterceptors(PageInterceptor)
@UseFilters(PageErrorFilter)
@Controller('oauth/interaction/:uid')
export class InteractionController {
  constructor(
    @Inject(AuthorizationServer) private readonly server: AuthorizationServer,
    @Inject(ConsentService) private readonly consent: ConsentService,
    @Inject(BrowserSessions) private readonly sessions: BrowserSessions,
    @Inject(OAuthAddresses) private readonly addresses: OAuthAddresses,
    @Inject(BrowserLimits) private readonly limits: BrowserLimits,
  ) {}

  @Get()
  async show(
    @Visit() visit: PageRequest,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<Page> {
    const step = await this.begin(visit, request, response);
    const { interaction, session } = step;
    if (!session || mustSignInAgain(interaction, session)) return signIn(visit);
    if (interaction.prompt.name === 'login') return this.goOn(step, { login: loginOf(session) });
    if (session.person.login !== interaction.session?.accountId) return this.startOver(interaction);
    const asked = await this.consent.requestOf(interaction);
    if (await this.consent.isRemembered(session.person, asked, interaction)) {
      return this.allow(step, asked, await this.consent.allow(session.person, asked, visit.via, true));
    }
    return consentPage({
      applicant: asked.applicant,
      person: session.person,
      scopes: asked.scopes,
      allowed: await this.consent.allowedAlready(session.person, asked),
      forms: {
        decide: this.sessions.formToken(session.id, purposeOf(interaction)),
        signOut: this.sessions.formToken(session.id, SIGN_OUT),
      },
      path: pathOf(visit),
      origin: this.addresses.issuer,
    });
  }

  @Post()
  async decide(
    @Visit() visit: PageRequest,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<Page> {
    const step = await this.begin(visit, request, response);
    const { interaction, session } = step;
    if (!session) return signIn(visit);
    this.sessions.checkForm(session.id, purposeOf(interaction), visit.form);
    if (interaction.prompt.name !== 'consent' || session.person.login !== interaction.session?.accountId) {
      return this.startOver(interaction);
    }
    if (visit.form.decision !== 'allow') return this.goOn(step, DENIED);
    const asked = await this.consent.requestOf(interaction);
    return this.allow(step, asked, await this.consent.allow(session.person, asked, visit.via, false));
  }

  private async begin(visit: PageRequest, request: Request, response: Response): Promise<Step> {
    if (!this.addresses.isOn) throw expired();
    await this.limits.count(request);
    const interaction = await this.server.interaction(request, response).catch((cause: unknown) => {
      throw isLibraryError(cause) ? expired(cause) : cause;
    });
    // The cookie names the interaction; a link to that of somebody else leads nowhere.
    if (interaction.uid !== visit.params.uid) throw expired();
    return { interaction, session: await this.sessions.find(visit), request, response };
  }

  private allow(step: Step, asked: ConsentRequest, grantId: string): Promise<Page> {
    return this.goOn(step, { consent: { grantId } }, asked.applicant.formTargets);
  }

  private async goOn(
    { request, response }: Step,
    result: InteractionResults,
    formTargets?: readonly string[],
  ): Promise<Page> {
    return { status: 303, location: await this.server.finish(request, response, result), formTargets };
  }

  /** Somebody else has signed in meanwhile: the same request again, from its beginning. */
  private startOver({ params }: Interaction): Page {
    const url = new URL(OAUTH_PATHS.authorization, this.addresses.issuer);
    for (const [name, value] of Object.entries(params)) {
      for (const each of Array.isArray(value) ? value : [value]) {
        if (typeof each === 'string') url.searchParams.append(name, each);
      }
    }
    return { status: 303, location: url.href };
  }
}

interface Step {
  readonly interaction: Interaction;
  readonly session: BrowserSession | undefined;
  readonly request: Request;
  readonly response: Response;
}

/** `prompt=login`: whoever signed in after the request was made has done so. */
function mustSignInAgain({ prompt, iat }: Interaction, { person }: BrowserSession): boolean {
  return prompt.reasons.includes('login_prompt') && Date.parse(person.signedInAt) < iat * 1000;
}

function loginOf({ person }: BrowserSession) {
  return { accountId: person.login, ts: Math.floor(Date.parse(person.signedInAt) / 1000), remember: false };
}

function purposeOf({ uid }: Interaction): string {
  return `consent ${uid}`;
}

function pathOf({ params }: PageRequest): string {
  return `${OAUTH_PATHS.interaction}/${params.uid ?? ''}`;
}

function signIn(visit: PageRequest): Page {
  return { status: 303, location: `/sign-in?to=${encodeURIComponent(pathOf(visit))}` };
}

function isLibraryError(error: unknown): boolean {
  return error instanceof Error && 'expose' in error && 'error' in error;
}

function expired(cause?: unknown): NotFound {
  return new NotFound('This step has expired, was done, or belongs to another browser.', {
    code: 'interaction_not_found',
    fix: 'Go back to the application that you want to connect, and start again.',
    cause,
  });
}
