import { loadConfig } from '../../platform/config';
import { NotFound } from '../../platform/errors';
import { packageVersion } from '../../platform/package-root';
import { secretPath } from '../../platform/secrets';
import { cliActor } from '../cli-actor';
import { quietLog } from '../log-settings';
import { loginOf } from '../login';
import { type OpenSecrets, withSecrets } from './open-secrets';

export interface ExportOptions {
  readonly reveal?: boolean;
  readonly user?: string;
}

/**
 * Prints a service's values as one JSON object, for the store that the cluster reads; only where that is asked for in so many words,
 * and only once it is on record.
 */
export async function exportSecrets(team: string, service: string, { reveal, user }: ExportOptions): Promise<void> {
  const config = loadConfig();
  quietLog(config);
  const actor = cliActor(config, loginOf(user ?? config.localAdmin), `mctl-cli/${packageVersion}`);
  const path = secretPath({ team, service });
  const values = await withSecrets(config, async (open) => {
    const versions = await open.secrets.versions(team, service);
    if (versions.length === 0) throw noValues(team, service);
    if (!reveal) return undefined;
    const read = await readAll(open, { team, service }, versions);
    const reason = versions.map(({ name, version }) => `${name} version ${version}`).join(', ');
    const target = `${team}/${service}`;
    await open.audit.record({
      event: 'secret_read',
      operation: 'secret-export',
      risk: 'high',
      actor,
      team,
      target,
      reason,
    });
    return read;
  });
  if (values === undefined) {
    process.stderr.write(
      `Values of ${team}/${service} belong at ${path}. Nothing was printed: --reveal prints them in clear.\n`,
    );
    return;
  }
  if (process.stdout.isTTY) process.stderr.write(ON_SCREEN);
  process.stdout.write(`${JSON.stringify(values)}\n`);
}

const ON_SCREEN =
  'Attention: these are values in clear, now on your screen and in what it keeps. Pipe them into the store instead.\n';

async function readAll(
  { secrets }: OpenSecrets,
  { team, service }: { team: string; service: string },
  versions: readonly { readonly name: string }[],
): Promise<Record<string, string>> {
  const entries = versions.map(async ({ name }) => {
    const value = await secrets.read(team, service, name);
    return [name, value?.reveal() ?? ''] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}

function noValues(team: string, service: string): NotFound {
  return new NotFound(`No secret of ${team}/${service} has a value here.`, {
    code: 'secret_not_found',
    fix: 'mctl secrets list shows which have one.',
  });
}
