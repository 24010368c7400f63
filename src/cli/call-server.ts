import { LocalIssuer } from '../platform/auth/local-issuer';
import type { Config } from '../platform/config';
import { type ErrorBody, Unavailable } from '../platform/errors';
import { keysOf } from '../platform/keys';
import type { WriteAnswer } from '../platform/operations/dto';
import { packageVersion } from '../platform/package-root';
import type { Call, Outcome } from './call';
import type { ServerFacts } from './server-file';

const TOKEN_TTL_MS = 5 * 60_000;
/** Longer than any `wait_seconds`. */
const CALL_TIMEOUT_MS = 60_000;
/** A read of everything there is takes its time; beyond five minutes `fetch` itself gives up. */
const QUESTION_TIMEOUT_MS = 290_000;
const PRECONDITION_REQUIRED = 428;

/** One request to the server, in the name of a user. */
interface Errand {
  readonly user: string;
  readonly path: string;
  /** JSON; without one it only asks. */
  readonly body?: string;
  readonly timeoutMs: number;
  /** Said where the server goes away over it. */
  readonly gone: { readonly message: string; readonly fix: string };
}

/** What a server said: an answer in the form of its route, or a refusal. */
export type Reply = { readonly answer: unknown } | { readonly refusal: ErrorBody };

/** Has the running server do it, as the user, with a short token of the installation that both share. */
export async function callServer(server: ServerFacts, config: Config, call: Call): Promise<Outcome> {
  const reply = await reach(server, config, {
    user: call.user,
    path: `/api/v1/operations/${encodeURIComponent(call.operation)}/execute`,
    body: JSON.stringify(call.input),
    timeoutMs: CALL_TIMEOUT_MS,
    gone: {
      message: 'whether it accepted the operation is open.',
      fix: 'Look with mctl_list_workflows, or call again with an idempotency_key.',
    },
  });
  return 'answer' in reply ? { answer: reply.answer as WriteAnswer } : reply;
}

/** Asks the running server for something that changes nothing. */
export async function askServer(
  server: ServerFacts,
  config: Config,
  { user, path }: { user: string; path: string },
): Promise<Reply> {
  const gone = { message: 'nothing was changed.', fix: 'Ask again; without a server the command looks itself.' };
  return reach(server, config, { user, path, timeoutMs: QUESTION_TIMEOUT_MS, gone });
}

/** By the code of the refusal. */
const FIXES: Readonly<Record<string, string>> = {
  token_kind_off:
    'That server takes no local tokens. Ask it over REST or MCP with a token of your own; while it is stopped, this command works by itself.',
};
const OTHER_AUDIENCE = 'The server was started with another MCTL_PUBLIC_URL; set the same one here.';

async function reach(server: ServerFacts, config: Config, errand: Errand): Promise<Reply> {
  const token = await new LocalIssuer(keysOf(config), config).sign(errand.user, TOKEN_TTL_MS);
  const response = await send(server, errand, token);
  const body: unknown = await response.json().catch(() => undefined);
  if (response.ok || response.status === PRECONDITION_REQUIRED) return { answer: body };
  if (!isErrorBody(body)) throw unreadable(server, response.status);
  return { refusal: response.status === 401 ? { ...body, fix: FIXES[body.code] ?? OTHER_AUDIENCE } : body };
}

async function send({ url }: ServerFacts, { path, body, timeoutMs, gone }: Errand, token: string): Promise<Response> {
  try {
    return await fetch(new URL(path, url), {
      method: body === undefined ? 'GET' : 'POST',
      body,
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMs),
      headers: {
        Authorization: `Bearer ${token}`,
        'Content-Type': 'application/json',
        'User-Agent': `mctl-cli/${packageVersion}`,
      },
    });
  } catch (cause) {
    throw new Unavailable(`The server at ${url} broke off; ${gone.message}`, {
      code: 'server_gone',
      fix: gone.fix,
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
