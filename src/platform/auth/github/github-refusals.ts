import { type MctlError, Unauthenticated, Unavailable } from '../../errors';
import { foreignLine } from '../../text/foreign-text';
import { type Answer, jsonOf } from '../ask';

const REASON_LENGTH = 200;
/** GitHub asks for a minute at least where a limit names no time (docs: rate limits for the REST API). */
const LIMIT_SECONDS = 60;
const OUTAGE_SECONDS = 5;

/** GitHub does not answer, or not with what it documents: nobody is let in, and nobody is told that their token is bad. */
export function githubDown(): Unavailable {
  return new Unavailable('GitHub cannot be asked whose token this is, so nobody is let in with it.', {
    code: 'github_unavailable',
    fix: 'Try again shortly.',
    retryAfterSeconds: OUTAGE_SECONDS,
  });
}

/** What an answer other than 200 to `GET /user` means for its token. 404 there is not GitHub's API at all. */
export function userRefusal(answer: Answer, now: Date): MctlError {
  const limited = limitOf(answer, now);
  if (limited) return limited;
  if (answer.status === 401) {
    return refused('GitHub does not know this token: it is wrong, expired or revoked.', 'Make a new one at GitHub.');
  }
  if (answer.status === 403) {
    return refused(
      `GitHub refuses this token${inBrackets(answer)}.`,
      'Look at GitHub whether the account is suspended, or the token not allowed from this address.',
    );
  }
  return githubDown();
}

/** What an answer other than 200 to `GET /user/memberships/orgs/{org}` means; undefined = no member, 404. */
export function membershipRefusal(answer: Answer, organization: string, now: Date): MctlError | undefined {
  if (answer.status === 404) return undefined;
  const limited = limitOf(answer, now);
  if (limited) return limited;
  if (answer.status !== 403) return githubDown();
  return needsSso(answer)
    ? refused(
        `The organisation ${organization} wants this token to be authorised for single sign-on.`,
        'At GitHub, under Settings, Developer settings, the token: Configure SSO, Authorize.',
      )
    : refused(
        `The token does not show whether you are a member of ${organization}${inBrackets(answer)}.`,
        'Give it the scope read:org (classic), or the permission Members: read of that organisation (fine-grained).',
      );
}

/** Why the teams behind a token stay unknown; an error where GitHub is to blame. */
export function whyNoTeams(answer: Answer, now: Date): string | MctlError {
  const limited = limitOf(answer, now);
  if (limited) return limited;
  if (answer.status !== 403 && answer.status !== 404) return githubDown();
  return 'The token may not list your GitHub teams, so roles given to teams do not count. Give it the scope read:org (classic), or the permission Members: read of the organisation (fine-grained).';
}

/** Organisations whose teams GitHub left out of a list (docs: authorising tokens for SAML single sign-on). */
export function leavesOutSso({ headers }: Answer): boolean {
  return /^\s*partial-results/i.test(headers.get('x-github-sso') ?? '');
}

export function refused(message: string, fix: string): Unauthenticated {
  return new Unauthenticated(message, { code: 'invalid_token', fix });
}

function needsSso({ headers }: Answer): boolean {
  return /^\s*required/i.test(headers.get('x-github-sso') ?? '');
}

/** Primary and secondary limits: https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api */
function limitOf(answer: Answer, now: Date): Unavailable | undefined {
  const { status, headers } = answer;
  if (status !== 403 && status !== 429) return undefined;
  const after = wholeNumber(headers.get('retry-after'));
  const reset =
    headers.get('x-ratelimit-remaining') === '0' ? wholeNumber(headers.get('x-ratelimit-reset')) : undefined;
  if (after === undefined && reset === undefined && status === 403 && !isSecondary(answer)) return undefined;
  const seconds = after ?? (reset === undefined ? LIMIT_SECONDS : Math.ceil(reset - now.getTime() / 1000));
  return new Unavailable('GitHub takes no more questions about this token for now.', {
    code: 'github_rate_limited',
    fix: 'Wait, or sign in with another kind of token.',
    retryAfterSeconds: Math.max(1, seconds),
  });
}

function isSecondary(answer: Answer): boolean {
  return /secondary rate limit|abuse detection/i.test(reasonIn(answer));
}

function inBrackets(answer: Answer): string {
  const reason = reasonIn(answer);
  return reason ? ` (“${reason}”)` : '';
}

/** GitHub's own words, made harmless: one line, short, nothing that looks like a credential. */
function reasonIn(answer: Answer): string {
  try {
    const data = jsonOf(answer);
    const message = typeof data === 'object' && data !== null && 'message' in data ? data.message : undefined;
    return typeof message === 'string' ? foreignLine(message, REASON_LENGTH) : '';
  } catch {
    return '';
  }
}

function wholeNumber(text: string | null): number | undefined {
  return text !== null && /^\d{1,12}$/.test(text) ? Number(text) : undefined;
}
