import { Controller, Get, Inject, Post, UseFilters, UseInterceptors } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { GuardedBy } from '../platform/auth/access-rule';
import { NotFound, Unauthenticated } from '../platform/errors';
import { type Page, PageInterceptor, type PageRequest, Visit } from '../platform/http/pages';
import { SecretStore } from '../platform/secrets';
import { BrowserSessions } from '../platform/sign-in/browser-sessions';
import type { Person } from '../platform/sign-in/person';
import { SignIns } from '../platform/sign-in/sign-in.service';
import { BrowserSession } from './browser-session';
import { readForm } from './entered-values';
import { IntakeErrorFilter } from './intake-error.filter';
import { IntakePageService } from './intake-page.service';
import type { Admitted, Intake } from './intake';
import { Guest, IntakeGuard } from './intake.guard';
import { donePage, signInPage, valuesPage } from './pages';

/** The page behind a one-time link. It has one address; what it shows depends on how far its person has come. */
@ApiExcludeController()
@GuardedBy(IntakeGuard)
@UseInterceptors(PageInterceptor)
@UseFilters(IntakeErrorFilter)
@Controller('intake/:token')
export class IntakeController {
  constructor(
    @Inject(IntakePageService) private readonly service: IntakePageService,
    @Inject(BrowserSession) private readonly sessions: BrowserSession,
    @Inject(SecretStore) private readonly secrets: SecretStore,
    @Inject(BrowserSessions) private readonly browsers: BrowserSessions,
    @Inject(SignIns) private readonly signIns: SignIns,
  ) {}

  @Get()
  async show(@Guest() guest: Admitted, @Visit() visit: PageRequest): Promise<Page> {
    const { intake } = guest;
    const session = this.sessions.find(guest, visit);
    if (session !== undefined && this.sessions.isSignedIn(intake, session)) {
      return intake.stored ? donePage(intake, intake.stored, this.secrets) : this.valuesPage(guest, session);
    }
    mustBeUnused(intake);
    const person = (await this.browsers.find(visit))?.person;
    // Whoever else is signed in here may still be meant: with a token of the one who asked.
    if (person?.login.toLowerCase() === intake.actor.toLowerCase()) return this.enter(guest, visit, person);
    return this.signInPage(guest, session ?? this.sessions.begin());
  }

  private async enter(guest: Admitted, visit: PageRequest, { via, ...person }: Person): Promise<Page> {
    const session = this.sessions.begin();
    await this.service.enter(guest.intake, { ...person, method: via }, { session, via: visit.via });
    return { status: 303, location: visit.params.token, cookie: this.sessions.cookie(guest, session) };
  }

  @Post()
  async send(@Guest() guest: Admitted, @Visit() visit: PageRequest): Promise<Page> {
    if (visit.formError) throw visit.formError;
    return visit.form.step === 'store' ? this.store(guest, visit) : this.signIn(guest, visit);
  }

  private async signIn(guest: Admitted, visit: PageRequest): Promise<Page> {
    const { intake } = guest;
    mustBeUnused(intake);
    const before = this.sessions.find(guest, visit);
    this.sessions.checkForm(intake, before, 'sign-in', visit.form);
    const session = this.sessions.begin();
    try {
      const { form, via, knock } = visit;
      const credential = form.credential ?? '';
      await this.service.signIn(intake, { credential, session, via, knock });
    } catch (error) {
      if (!(error instanceof Unauthenticated)) throw error;
      return this.signInPage(guest, before, error);
    }
    return { status: 303, location: visit.params.token, cookie: this.sessions.cookie(guest, session) };
  }

  private async store(guest: Admitted, visit: PageRequest): Promise<Page> {
    const { intake } = guest;
    const session = this.sessions.find(guest, visit);
    this.sessions.checkForm(intake, session, 'store', visit.form);
    if (!this.sessions.isSignedIn(intake, session)) return this.signInPage(guest, session);
    const { values, problems } = readForm(intake, visit.form);
    if (problems.size > 0) return this.valuesPage(guest, session, problems);
    await this.service.keep(intake, values, visit.via);
    return { status: 303, location: visit.params.token };
  }

  private signInPage(guest: Admitted, session: string, problem?: Unauthenticated): Page {
    const { intake, origin, token } = guest;
    const elsewhere =
      this.signIns.providers.length > 0 ? `/sign-in?to=${encodeURIComponent(`/intake/${token}`)}` : undefined;
    const form = this.sessions.formToken(intake, session, 'sign-in');
    return {
      ...signInPage(intake, { form, origin, problem, elsewhere }),
      cookie: this.sessions.cookie(guest, session),
    };
  }

  private valuesPage({ intake, origin }: Admitted, session: string, problems?: ReadonlyMap<string, string>): Page {
    const form = this.sessions.formToken(intake, session, 'store');
    return valuesPage(intake, { form, origin, problems, secrets: this.secrets });
  }
}

/** A link that was used is one that does not exist, but to the browser that used it. */
function mustBeUnused({ stored }: Intake): void {
  if (stored) throw new NotFound('This link has been used.', { code: 'intake_not_found' });
}
