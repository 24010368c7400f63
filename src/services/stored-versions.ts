import { Unavailable } from '../platform/errors';
import type { Warning } from '../platform/operations/plan';
import type { SecretStore, SecretVersion } from '../platform/secrets';

/** What the secret store says of a service; where it does not answer, why. */
export interface StoredVersions {
  readonly stored: readonly SecretVersion[];
  readonly warnings: readonly Warning[];
}

/** For answers that are worth having without it: a store elsewhere that is away must not take them along. */
export async function storedVersions(
  secrets: Pick<SecretStore, 'versions'>,
  { team, service }: { readonly team: string; readonly service: string },
): Promise<StoredVersions> {
  try {
    return { stored: await secrets.versions(team, service), warnings: [] };
  } catch (error) {
    if (!(error instanceof Unavailable)) throw error;
    const message = `Which secrets have a value is not known at the moment. ${error.message} ${error.details.fix ?? ''}`;
    return { stored: [], warnings: [{ code: error.code, message: message.trim() }] };
  }
}
