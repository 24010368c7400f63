import { LocalIssuer } from '../platform/auth/local-issuer';
import type { Config } from '../platform/config';
import { type ErrorBody, Unavailable } from '../platform/errors';
import { Keys } from '../platform/keys';
import type { WriteAnswer } from '../platform/operations/dto';
import { packageVersion } from '../platform/package-root';
import type { Call, Outcome } from './call';
import type { ServerFacts } from './server-file';

const TOKEN_TTL_MS = 5 * 60_000;
/** Longer than any `wait_seconds`. */
const TIMEOUT_MS = 60_000;
const PRECONDITION_REQUIRED = 428;

/** Has the running server do it, as the user, with a short token of the installation that both share. */
export async function callServer(server: ServerFacts, config: Config, call: Call): Promise<Outcome> {
  const token = await new LocalIssuer(Keys.open(config.dataDir), config).sign(call.user, TOKEN_TTL_MS);
  const response = await post(server, call, token);
  const body: unknown = await response.json().catch(() => undefined);
  if (response.ok || response.status === PRECONDITION_REQUIRED) return { answer: body as WriteAnswer };
  if (!isErrorBody(body)) throw unreadable(server, response.status);
  return { refusal: response.status === 401 ? { ...body, fix: OTHER_AUDIENCE } : body };
}

const OTHER_AUDIENCE = 'The server was started with another MCTL_PUBLIC_URL; set the same one here.';

async function post({ url }: ServerFacts, { operation, input }: Call, token: string): Promise<Response> {
  try {
    return await fetch(new URL(`/api/v1/operations/${encodeURIComponent(operation)}/execute`, url), {
      method: 'POST',
      body: JSON.stringify(input),
      redirect: 'error',
      signal: AbortSignal.timeout(TIMEOUT_MS),
      headers: {
        Authorization: `Bearer ${token}`,
        'Content-Type': 'application/json',
        'User-Agent': `mctl-cli/${packageVersion}`,
      },
    });
  } catch (cause) {
    throw new Unavailable(`The server at ${url} broke off; whether it accepted the operation is open.`, {
      code: 'server_gone',
      fix: 'Look with mctl_list_workflows, or call again with an idempotency_key.',
      cause,
    });
  }
}

function isErrorBody(body: unknown): body is ErrorBody {
  return typeof body === 'object' && body !== null && 'code' in body && 'message' in body;
}

function unreadable({ url }: ServerFacts, status: number): Unavailable {
  return new Unavailable(`What answers at ${url} (status ${status}) is no MCTL.`, {
    code: 'foreign_server',
    fix: 'Remove server.json from the data folder if MCTL no longer runs there.',
  });
}
