import { z } from 'zod';
import type { Config } from '../../config';
import { VaultUnavailable } from './vault-faults';
import { askVault } from './vault-http';
import { Vault } from './vault';

/** Somebody's place below the mount that stands for all: policies are about patterns. */
const PLACE = 'teams/mctl-doctor/probe';

/** What MCTL asks of its policy, by path below the mount. It need not be able to read a value. */
export const NEEDED: Readonly<Record<string, readonly string[]>> = {
  [`data/${PLACE}`]: ['create', 'update', 'patch'],
  [`subkeys/${PLACE}`]: ['read'],
  [`metadata/${PLACE}`]: ['patch', 'delete'],
  'metadata/teams/mctl-doctor': ['list'],
};

const granted = z.object({ data: z.record(z.string(), z.unknown()) });
const mounted = z.object({ data: z.object({ options: z.object({ version: z.string() }).nullable() }) });

/**
 * Looks at the Vault of the settings: whether it is unsealed, lets MCTL in, has a KV engine of version 2 and allows what MCTL needs. Writes nothing.
 * @returns capabilities that are missing, e.g. `patch on secret/data/teams/+/+`. @throws VaultUnavailable
 */
export async function missingCapabilities(config: Config): Promise<string[]> {
  const vault = Vault.of(config);
  const { address, timeoutMs } = vault.place;
  const standbys = { standbyok: 'true', perfstandbyok: 'true' };
  // Health is asked without a namespace, which has none.
  await askVault({ address, timeoutMs }, { method: 'GET', path: ['sys', 'health'], query: standbys });
  const mount = config.values.vaultMount;
  await mustBeKv(vault, mount);
  const paths = Object.keys(NEEDED).map((path) => `${mount}/${path}`);
  const { body } = await vault.ask({ method: 'POST', path: ['sys', 'capabilities-self'], body: { paths } });
  const answer = granted.safeParse(body);
  if (!answer.success) throw new VaultUnavailable('vault_failed', 'capabilities in another form');
  return Object.entries(NEEDED).flatMap(([path, needed]) => {
    const full = `${mount}/${path}`;
    const has = answer.data.data[full];
    const all = Array.isArray(has) ? (has as unknown[]) : [];
    const lacking = all.includes('root') ? [] : needed.filter((each) => !all.includes(each));
    return lacking.length === 0
      ? []
      : [`${lacking.join(', ')} on ${full.replace(PLACE, 'teams/+/*').replace('mctl-doctor', '+')}`];
  });
}

async function mustBeKv(vault: Vault, mount: string): Promise<void> {
  const path = ['sys', 'internal', 'ui', 'mounts', ...mount.split('/')];
  const { body } = await vault.ask({ method: 'GET', path });
  const answer = mounted.safeParse(body);
  if (answer.success && answer.data.data.options?.version === '2') return;
  throw new VaultUnavailable('vault_misconfigured', 'the mount is of another kind');
}
