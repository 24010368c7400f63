import { createHmac } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { Clock } from '../clock';
import { Config } from '../config';
import { canonicalJson, hashOfToken, isSameSecret, isToken, newToken, sealJson, unsealJson } from '../crypto';
import { NotAllowed } from '../errors';
import { OwnAddress, type PageCookie, type PageRequest } from '../http/pages';
import { Keys } from '../keys';
import { Store } from '../store';
import { isStale, isVouchedFor, type Person, readPerson } from './person';

const HOUR_MS = 3_600_000;
/** A browser that nobody uses is signed out after this, and every browser after a working day and a half. */
const IDLE_MS = 2 * HOUR_MS;
const ABSOLUTE_MS = 12 * HOUR_MS;
/** `seen_at` is exact enough for the idle limit, and spares a write per page. */
const SEEN_STEP_MS = 60_000;
/** A browser that has not signed in yet: long enough for the form and the way to an identity provider. */
const VISIT_MS = 15 * 60_000;

export interface BrowserSession {
  /** The cookie's value. */
  readonly id: string;
  readonly person: Person;
}

/**
 * Browsers whose person has signed in, on any replica. The cookie is a random number, known here by its hash; a new one is made at each
 * sign-in, so that nobody can plant one beforehand.
 */
@Injectable()
export class BrowserSessions {
  private readonly sealing: Uint8Array;
  private readonly forms: Uint8Array;

  constructor(
    @Inject(Store) private readonly store: Store,
    @Inject(OwnAddress) private readonly address: OwnAddress,
    @Inject(Config) private readonly config: Config,
    @Inject(Clock) private readonly clock: Clock,
    @Inject(Keys) keys: Keys,
  ) {
    this.sealing = keys.browserSessionKey;
    this.forms = keys.browserFormKey;
  }

  /** Who is signed in in this browser; undefined for nobody, or where what was said of them is no longer good. */
  async find({ cookies }: Pick<PageRequest, 'cookies'>): Promise<BrowserSession | undefined> {
    const id = cookies[this.cookieName('session')] ?? '';
    if (!isToken(id)) return undefined;
    const now = this.clock.now();
    const row = await this.store.db
      .selectFrom('browser_sessions')
      .selectAll()
      .where('id_hash', '=', hashOfToken(id))
      .where('expires_at', '>', now.toISOString())
      .where('seen_at', '>', new Date(now.getTime() - IDLE_MS).toISOString())
      .executeTakeFirst();
    const person = row && readPerson(unsealJson(this.sealing, row.id_hash, row.person));
    if (!row || !person || !isVouchedFor(person, this.config) || isStale(person, this.config, now)) return undefined;
    if (now.getTime() - Date.parse(row.seen_at) > SEEN_STEP_MS) await this.touch(row.id_hash, now);
    return { id, person };
  }

  /** @param before the session that this browser had: it ends. @returns the cookie. */
  async open(person: Person, before: BrowserSession | undefined): Promise<PageCookie> {
    if (before) await this.close(before);
    const [id, now] = [newToken(), this.clock.now()];
    const idHash = hashOfToken(id);
    const expires = new Date(now.getTime() + ABSOLUTE_MS);
    const row = {
      id_hash: idHash,
      person: sealJson(this.sealing, idHash, person),
      signed_in_at: now.toISOString(),
      seen_at: now.toISOString(),
      expires_at: expires.toISOString(),
    };
    await this.store.transaction((transaction) => transaction.insertInto('browser_sessions').values(row).execute());
    return this.cookie('session', id, expires);
  }

  /** @returns the cookie that takes the old one away. */
  async close({ id }: Pick<BrowserSession, 'id'>): Promise<PageCookie> {
    await this.store.transaction((transaction) =>
      transaction.deleteFrom('browser_sessions').where('id_hash', '=', hashOfToken(id)).execute(),
    );
    return this.cookie('session', '', new Date(0));
  }

  /** What ties a browser to a sign-in that has only begun: its cookie where it has one, otherwise a new one. */
  visit({ cookies }: Pick<PageRequest, 'cookies'>): { readonly id: string; readonly cookie: PageCookie } {
    const known = cookies[this.cookieName('visit')] ?? '';
    const id = isToken(known) ? known : newToken();
    return { id, cookie: this.cookie('visit', id, new Date(this.clock.now().getTime() + VISIT_MS)) };
  }

  /** Token of a form: good for this browser and this purpose alone. @param id of a session or a visit. */
  formToken(id: string, purpose: string): string {
    return createHmac('sha256', this.forms).update(canonicalJson({ id, purpose })).digest('base64url');
  }

  /** @throws NotAllowed `form_outdated` */
  checkForm(id: string, purpose: string, { form = '' }: PageRequest['form']): void {
    if (isSameSecret(form, this.formToken(id, purpose))) return;
    throw new NotAllowed('This form is out of date, or its cookie did not come with it. Nothing was done.', {
      code: 'form_outdated',
      fix: 'Go back, load the page again and allow it its cookie.',
    });
  }

  private async touch(idHash: string, now: Date): Promise<void> {
    await this.store.transaction((transaction) =>
      transaction
        .updateTable('browser_sessions')
        .set({ seen_at: now.toISOString() })
        .where('id_hash', '=', idHash)
        .execute(),
    );
  }

  private get isSecure(): boolean {
    return this.address.base()?.startsWith('https:') ?? true;
  }

  /** With the prefix a browser takes the cookie from this very host over https only: no neighbour can plant one. */
  private cookieName(what: 'session' | 'visit'): string {
    return `${this.isSecure ? '__Host-' : ''}mctl_${what}`;
  }

  /** `lax`: people come here from the application that they connect, and from the identity provider. */
  private cookie(what: 'session' | 'visit', value: string, expires: Date): PageCookie {
    return { name: this.cookieName(what), value, expires, secure: this.isSecure, sameSite: 'lax' };
  }
}
