import { loadConfig } from '../../platform/config';
import { columns } from '../columns';
import { quietLog } from '../log-settings';
import { withSecrets } from './open-secrets';

/** Prints which secrets have a value; never one of the values. */
export async function listSecrets({ json }: { json?: boolean }): Promise<void> {
  const config = loadConfig();
  quietLog(config);
  const all = await withSecrets(config, ({ secrets }) => secrets.all());
  if (json) process.stdout.write(`${JSON.stringify(all, null, 2)}\n`);
  else if (all.length === 0) process.stdout.write('No secret has a value yet.\n');
  else {
    const rows = all.map(({ team, service, name, version, updated_at, by }) => [
      `${team}/${service}`,
      name,
      String(version),
      updated_at,
      by,
    ]);
    process.stdout.write(columns(['service', 'secret', 'version', 'stored', 'by'], rows));
  }
}
