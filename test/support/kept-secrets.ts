import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Keys } from '../../src/platform/keys';
import { EmbeddedSecretStore } from '../../src/platform/secrets';
import { Store } from '../../src/platform/store';

/** Values that an installation keeps in its own secret store, by name: what no door ever tells. */
export async function keptSecrets(dataDir: string, team: string, service: string): Promise<Record<string, string>> {
  const copy = mkdtempSync(join(tmpdir(), 'mctl-kept-'));
  const files = readdirSync(dataDir).filter((name) => name.startsWith('mctl.db'));
  for (const name of files) cpSync(join(dataDir, name), join(copy, name));
  const store = await Store.open(copy);
  try {
    const secrets = new EmbeddedSecretStore(store, Keys.open(dataDir).secretsKey);
    const names = (await secrets.versions(team, service)).map(({ name }) => name);
    const values = await Promise.all(names.map((name) => secrets.read(team, service, name)));
    return Object.fromEntries(names.map((name, index) => [name, values[index]?.reveal() ?? '']));
  } finally {
    await store.close();
    rmSync(copy, { recursive: true, force: true });
  }
}
