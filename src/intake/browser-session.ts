import { createHmac } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { canonicalJson, hashOfToken, isSameSecret, isToken, newToken } from '../platform/crypto';
import { NotAllowed } from '../platform/errors';
import type { PageCookie, PageRequest } from '../platform/http/pages';
import { Keys } from '../platform/keys';
import type { Admitted, Intake } from './intake';

/** What a form is for. */
export type Step = 'sign-in' | 'store';

/** What ties a browser to a page: a cookie of this host alone, and in each form a token that only the same cookie makes true. */
@Injectable()
export class BrowserSession {
  constructor(@Inject(Keys) private readonly keys: Keys) {}

  /** The cookie of this page that the browser has sent, if it may be one of ours. Over https, one without the prefix may not. */
  find({ intake, origin }: Admitted, { cookies }: PageRequest): string | undefined {
    const value = cookies[nameOf(intake, isSecure(origin))];
    return value !== undefined && isToken(value) ? value : undefined;
  }

  begin(): string {
    return newToken();
  }

  cookie({ intake, origin }: Admitted, session: string): PageCookie {
    const secure = isSecure(origin);
    return { name: nameOf(intake, secure), value: session, expires: intake.expiresAt, secure };
  }

  isSignedIn({ sessionHash }: Intake, session: string): boolean {
    return sessionHash !== undefined && isSameSecret(hashOfToken(session), sessionHash);
  }

  /** Bound to the page, its person, the browser and the step: of no use in any other form. */
  formToken({ id, actor }: Intake, session: string, step: Step): string {
    const bound = canonicalJson({ purpose: 'mctl intake form', intake: id, actor, session, step });
    return createHmac('sha256', this.keys.formKey).update(bound).digest('base64url');
  }

  /** @throws NotAllowed `form_outdated`. */
  checkForm(intake: Intake, session: string | undefined, step: Step, form: PageRequest['form']): asserts session {
    if (session !== undefined && isSameSecret(form.form ?? '', this.formToken(intake, session, step))) return;
    throw new NotAllowed('This form is out of date, or its cookie did not come with it. Nothing was stored.', {
      code: 'form_outdated',
      fix: 'Open the link again, and allow this page its cookie.',
    });
  }
}

function isSecure(origin: string): boolean {
  return origin.startsWith('https:');
}

/** With the prefix, a browser takes the cookie from this very host over https only: no neighbour below the same domain can plant one. */
function nameOf({ id }: Intake, secure: boolean): string {
  return `${secure ? '__Host-' : ''}mctl-intake-${id.slice(-8)}`;
}
