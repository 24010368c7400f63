import { Conflict, MctlError, Unavailable } from '../errors';
import { foreignLine } from '../text/foreign-text';

const REASON_LENGTH = 200;
/** GitHub asks for a minute at least where a secondary limit names no time (docs: rate limits for the REST API). */
const SECONDARY_SECONDS = 60;

/** GitHub wants us to wait. Asking before that time may get the App banned. */
export class GithubLimited extends Unavailable {
  /** @param isSecondary no quota was used up; GitHub found the requests too many at once. Whoever meets it again waits longer. */
  constructor(
    readonly seconds: number,
    readonly isSecondary: boolean,
  ) {
    super(`GitHub’s rate limit is reached; it may be asked again in ${seconds} s.`, {
      code: 'github_rate_limited',
      retryAfterSeconds: seconds,
    });
  }
}

/** GitHub does not answer, or not with what it documents. */
export class GithubUnavailable extends Unavailable {
  /** @param reason goes on after "GitHub cannot be asked: ". */
  constructor(
    readonly reason: string,
    cause?: unknown,
  ) {
    super(`GitHub cannot be asked: ${reason}.`, { code: 'github_unavailable', cause });
  }
}

/** MCTL's own App is set up wrongly: no call helps, somebody has to change a setting or the App. */
export function misconfigured(what: string, fix: string, cause?: unknown): Conflict {
  return new Conflict(`The GitHub App is not set up rightly: ${what}.`, {
    code: 'github_app_misconfigured',
    fix,
    cause,
  });
}

/** What octokit throws for an answer of 400 and above; known by its shape, the class is an indirect dependency. */
interface HttpFault extends Error {
  readonly status: number;
  readonly response?: { readonly headers: Readonly<Record<string, string | undefined>>; readonly data: unknown };
}

function isHttpFault(error: unknown): error is HttpFault {
  return error instanceof Error && 'status' in error && typeof error.status === 'number';
}

/** Whether GitHub answered this status. */
export function isStatus(error: unknown, status: number): boolean {
  return isHttpFault(error) && error.response !== undefined && error.status === status;
}

/** Turns whatever octokit threw into one of our errors. Neither request nor response goes along: they hold credentials. */
export function faultOf(error: unknown, now: Date): MctlError {
  if (error instanceof MctlError) return error;
  if (!isHttpFault(error)) return new GithubUnavailable('its answer is not what it documents', error);
  if (error.cause instanceof MctlError) return error.cause;
  if (!error.response) return new GithubUnavailable('the request was broken off');
  const { headers, data } = error.response;
  const limited = limitOf(error.status, headers, data, now);
  return limited ?? refusalOf(error.status, reasonIn(data));
}

/** Primary and secondary limits: https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api */
function limitOf(
  status: number,
  headers: Readonly<Record<string, string | undefined>>,
  data: unknown,
  now: Date,
): GithubLimited | undefined {
  if (status !== 403 && status !== 429) return undefined;
  const after = wholeNumber(headers['retry-after']);
  if (after !== undefined) return new GithubLimited(Math.max(1, after), true);
  const reset = wholeNumber(headers['x-ratelimit-reset']);
  if (headers['x-ratelimit-remaining'] === '0' && reset !== undefined) {
    return new GithubLimited(Math.max(1, Math.ceil(reset - now.getTime() / 1000)), false);
  }
  const isSecondary = status === 429 || /secondary rate limit|abuse detection/i.test(reasonIn(data));
  return isSecondary ? new GithubLimited(SECONDARY_SECONDS, true) : undefined;
}

function refusalOf(status: number, reason: string): MctlError {
  if (status === 401) {
    return misconfigured(
      'GitHub refuses its credentials (401)',
      'Compare MCTL_GITHUB_APP_CLIENT_ID and the key in MCTL_GITHUB_APP_PRIVATE_KEY_FILE with the App, and the clock of this machine with the time.',
    );
  }
  const words = `GitHub answered ${status}${reason ? ` (${reason})` : ''}`;
  if (status >= 500) return new GithubUnavailable(`it answered ${status}`);
  return new Conflict(`${words}.`, {
    code: 'github_refused',
    fix: 'Whoever runs MCTL should look at the App’s permissions and whether it is suspended.',
  });
}

function reasonIn(data: unknown): string {
  const message = typeof data === 'object' && data !== null && 'message' in data ? data.message : undefined;
  return typeof message === 'string' ? foreignLine(message, REASON_LENGTH) : '';
}

function wholeNumber(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,12}$/.test(text) ? Number(text) : undefined;
}
