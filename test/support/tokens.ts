import { Keys } from '../../src/platform/keys';
import { LocalIssuer } from '../../src/platform/auth/local-issuer';
import { readConfig } from '../../src/platform/config';

/**
 * A token of the installation in that data folder, as the command line would sign it.
 * @param env settings that say who the token is for.
 */
export function tokenFor(dataDir: string, login: string, ttlMs = 3_600_000, env: object = {}): Promise<string> {
  return new LocalIssuer(Keys.open(dataDir), readConfig({ MCTL_DATA_DIR: dataDir, ...env })).sign(login, ttlMs);
}
