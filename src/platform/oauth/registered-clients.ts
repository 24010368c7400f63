import { readFile } from 'node:fs/promises';
import { Inject, Injectable } from '@nestjs/common';
import { Config, ConfigError } from '../config';
import { Unavailable } from '../errors';
import { log } from '../logging';
import { acceptedMetadata } from './client-metadata.policy';
import type { Payload } from './oauth-objects';

/** `client_id` of CI jobs that exchange their token. Public: what they prove themselves with is that token. */
export const CI_CLIENT = 'github-actions';
export const TOKEN_EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange';

/** Clients that the operator has registered (`MCTL_OAUTH_CLIENTS`), and the one of CI jobs. */
@Injectable()
export class RegisteredClients {
  /** @throws ConfigError for a client that could never connect. */
  constructor(@Inject(Config) private readonly config: Config) {
    const problems = config.values.oauthClients.flatMap((client) => problemOf(client));
    if (problems.length > 0) throw new ConfigError(problems);
  }

  /** @throws Unavailable where the file with its secret cannot be read: without it, it is not a client without a secret. */
  async find(clientId: string): Promise<Payload | undefined> {
    // Known where no job is let in, too: the exchange says that, and `invalid_client` would not.
    if (clientId === CI_CLIENT) return ciClient();
    const client = this.config.values.oauthClients.find(({ client_id: id }) => id === clientId);
    if (!client) return undefined;
    const { client_secret_file: file, ...metadata } = client;
    const accepted = { ...acceptedMetadata(metadata), client_id: clientId };
    if (file === undefined) return accepted;
    return {
      ...accepted,
      token_endpoint_auth_method: 'client_secret_basic',
      client_secret: await secretIn(file, clientId),
    };
  }

  isKnown(clientId: string): boolean {
    return this.config.values.oauthClients.some(({ client_id: id }) => id === clientId);
  }
}

function problemOf({ client_id: id, ...metadata }: Config['values']['oauthClients'][number]): string[] {
  try {
    if (id === CI_CLIENT) return [`MCTL_OAUTH_CLIENTS must not use the client_id ${CI_CLIENT}, which CI jobs have`];
    acceptedMetadata(metadata);
    return [];
  } catch (error) {
    return [`MCTL_OAUTH_CLIENTS is wrong for client ${id}: ${error instanceof Error ? error.message : ''}`];
  }
}

function ciClient(): Payload {
  return {
    client_id: CI_CLIENT,
    client_name: 'GitHub Actions',
    redirect_uris: [],
    response_types: [],
    grant_types: [TOKEN_EXCHANGE],
    token_endpoint_auth_method: 'none',
  };
}

/** Read at every use, so that it can be rotated. */
async function secretIn(file: string, clientId: string): Promise<string> {
  const text = await readFile(file, 'utf8').catch((err: unknown) => {
    log.error({ err, client: clientId }, 'the secret of an OAuth client cannot be read');
    return '';
  });
  const secret = text.trim();
  if (secret.length >= 16) return secret;
  throw new Unavailable(`The secret of client ${clientId} cannot be read.`, {
    code: 'client_secret_unreadable',
    fix: 'Whoever runs MCTL should look at client_secret_file in MCTL_OAUTH_CLIENTS: a file with at least 16 characters.',
  });
}
