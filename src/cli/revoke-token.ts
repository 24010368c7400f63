import { readFileSync } from 'node:fs';
import { LocalIssuer } from '../platform/auth/local-issuer';
import { LocalTokens } from '../platform/auth/local-tokens';
import { Clock } from '../platform/clock';
import { type Config, loadConfig } from '../platform/config';
import { type MctlError, NotFound, Unauthenticated, Unavailable } from '../platform/errors';
import { findKeys } from '../platform/keys';
import { mustHaveStore, openStoreHere } from './audit/store-file';
import { UsageError } from './exit';
import { quietLog } from './log-settings';
import { findServer, type ServerFacts } from './server-file';

const TIMEOUT_MS = 30_000;

/**
 * Takes a local token back: through the server of the data folder where one runs, for it has the store open, otherwise itself.
 * @param file with the token, `-` is standard input: what is in the arguments is for all to see.
 */
export async function revokeToken(file: string): Promise<void> {
  const token = tokenIn(file);
  const config = loadConfig();
  quietLog(config);
  const server = await findServer(config.dataDir);
  await (server ? revokeThere(server, token) : revokeHere(config, token));
  process.stdout.write('The token opens nothing any more.\n');
}

function tokenIn(file: string): string {
  const token = textOf(file).trim();
  if (/^[\w-]+\.[\w-]+\.[\w-]+$/.test(token)) return token;
  throw new UsageError(
    '--revoke wants a file that holds one token, or - for standard input; the token itself does not belong here.',
  );
}

function textOf(file: string): string {
  try {
    return readFileSync(file === '-' ? 0 : file, 'utf8');
  } catch {
    // Not what was given: it may be the token.
    throw new UsageError('The file of --revoke cannot be read; - is standard input.');
  }
}

async function revokeThere({ url }: ServerFacts, token: string): Promise<void> {
  const response = await fetch(new URL('/api/v1/token', url), {
    method: 'DELETE',
    redirect: 'error',
    signal: AbortSignal.timeout(TIMEOUT_MS),
    headers: { Authorization: `Bearer ${token}` },
  });
  if (response.ok) return;
  if (response.status === 401) throw notGood();
  throw new Unavailable(`The server at ${url} answered ${response.status}; the token may still be good.`, {
    code: 'not_revoked',
    fix: 'Call again; its log says more.',
  });
}

async function revokeHere(config: Config, token: string): Promise<void> {
  await mustHaveStore(config);
  const keys = findKeys(config);
  if (!keys) {
    throw new NotFound('There is no key here, so no token is of this installation.', { code: 'key_not_found' });
  }
  const store = await openStoreHere(config);
  try {
    await new LocalTokens(new LocalIssuer(keys, config), store, config, new Clock()).revoke(token);
  } catch (error) {
    throw error instanceof Unauthenticated ? notGood(error) : error;
  } finally {
    await store.close();
  }
}

function notGood(cause?: MctlError): NotFound {
  return new NotFound(
    'This is no token that is good here: it has expired, was revoked already, or is of another installation.',
    {
      code: 'token_not_found',
      fix: 'Check MCTL_DATA_DIR and MCTL_PUBLIC_URL: they must be those of the server.',
      cause,
    },
  );
}
