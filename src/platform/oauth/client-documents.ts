import { Inject, Injectable } from '@nestjs/common';
import { MctlError } from '../errors';
import { log } from '../logging';
import { PublicFetch } from '../outbound/public-fetch';
import { acceptedMetadata } from './client-metadata.policy';

/**
 * Client ID metadata documents (draft-ietf-oauth-client-id-metadata-document): the client's id is the https URL of what it says of
 * itself, so its host is proven and everything else in it is its own word.
 */
@Injectable()
export class ClientDocuments {
  constructor(@Inject(PublicFetch) private readonly fetch: PublicFetch) {}

  /** In the place of `fetch` inside `oidc-provider`: the document, judged and cut down to what we take. */
  async read(address: string): Promise<Response> {
    try {
      const { data, caching } = await this.fetch.json(address);
      if (typeof data !== 'object' || data === null || Array.isArray(data)) throw new Error('it is no JSON object');
      const { client_id: clientId, ...said } = data as Record<string, unknown>;
      requirePublic(said);
      return Response.json({ ...acceptedMetadata(said), client_id: clientId }, { headers: caching });
    } catch (error) {
      const reason = error instanceof MctlError || error instanceof Error ? error.message : 'unknown';
      log.info({ reason, host: new URL(address).host }, 'a client metadata document was not taken');
      throw error;
    }
  }
}

function requirePublic({ token_endpoint_auth_method: method, client_secret: secret }: Record<string, unknown>): void {
  if (secret !== undefined) throw new Error('it holds a secret, which everybody can read there');
  if (method !== undefined && method !== 'none') throw new Error('token_endpoint_auth_method must be none');
}
