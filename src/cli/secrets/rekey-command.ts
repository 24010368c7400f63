import { loadConfig } from '../../platform/config';
import { readSecretsKey } from '../../platform/secrets';
import { quietLog } from '../log-settings';
import { mustBeAlone } from '../audit/store-file';
import { withSecrets } from './open-secrets';

/** Seals every value anew with the key of a file, wholly or not at all; from then on the settings must name that file. */
export async function rekeySecrets({ to }: { to: string }): Promise<void> {
  const config = loadConfig();
  quietLog(config);
  const key = readSecretsKey(to);
  // A replica that runs would go on sealing with the old key.
  await mustBeAlone(config);
  const count = await withSecrets(config, ({ store, secrets }) =>
    store.transaction((transaction) => secrets.rekey(transaction, key)),
  );
  process.stdout.write(
    `${count} ${count === 1 ? 'value is' : 'values are'} sealed with the key in ${to} now. ` +
      `Set MCTL_SECRETS_KEY_FILE=${to} before the next start, and keep the old key with the backups that need it.\n`,
  );
}
