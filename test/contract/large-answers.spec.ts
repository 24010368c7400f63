import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ToolCatalog } from '../../src/platform/mcp';
import { callMcp } from '../support/doors';
import { furnish } from '../support/furnish';
import type { Loose } from '../support/loose';
import { connectEra } from '../support/mcp-eras';
import { Person } from '../support/plain-git';
import { ScratchApp } from '../support/scratch-app';
import { tokenFor } from '../support/tokens';
import { exampleOf, type Furniture } from '../support/tool-examples';

/** Characters of the longest answer: the largest clients cut at 25,000 tokens. */
const LONGEST = 100_000;
const MANY = 1000;
const SERVICE = 'platform-gitops/services/billing/api/values.yaml';
const TENANT = 'platform-gitops/tenants/billing/values.yaml';

let scratch: ScratchApp;
let about: Furniture;
let token: string;

beforeAll(async () => {
  scratch = await ScratchApp.start({ MCTL_READS_PER_MINUTE: '100000', MCTL_WRITES_PER_MINUTE: '100000' });
  about = await furnish(scratch);
  token = await tokenFor(scratch.dataDir, 'admin');
  const folder = join(scratch.dataDir, 'person');
  const person = await Person.clone(join(scratch.dataDir, 'gitops.git'), folder);
  const read = (path: string) => readFileSync(join(folder, path), 'utf8');
  const many = (line: (index: number) => string) => Array.from({ length: MANY }, (_, index) => line(index)).join('');
  const values = `${read(SERVICE).trimEnd()}
env:
${many((index) => `  VARIABLE_${index}: "${'x'.repeat(200)}"\n`)}extraIngresses:
${many((index) => `  - host: host-${index}.example.org\n`)}extraExternalSecrets:
  more:
    data:
${many((index) => `      - secretKey: SECRET_${index}\n`)}`;
  const members = many((index) => `\n    - user: member-${index}\n      role: viewer`);
  const services = Object.fromEntries(
    Array.from({ length: 120 }, (_, index) => [
      `platform-gitops/services/billing/worker-${index}/values.yaml`,
      'type: worker\nimage:\n  repository: ghcr.io/acme/api\n  tag: "1"\n',
    ]),
  );
  const tenant = read(TENANT).replace(/^( {2}members:.*)$/m, `$1${members}`);
  await person.publish({ [SERVICE]: values, [TENANT]: tenant, ...services }, 'feat: grow');
});

afterAll(() => scratch?.stop());

const call = async (name: string, args: object) => (await callMcp(scratch.url, token, name, args)).body;
const cutOf = ({ warnings }: Loose) =>
  (warnings as Loose[]).filter(({ code }) => code === 'list_cut').map(({ message }) => message as string);

it('no tool’s answer is longer than a client takes, however much there is', async () => {
  const { declarations } = scratch.app.get(ToolCatalog);
  const tooLong: unknown[] = [];
  for (const { name, access } of declarations) {
    const example = { ...exampleOf(name, about), ...(access.kind !== 'read' && { dry_run: true }) };
    const { length } = JSON.stringify(await call(name, example));
    if (length > LONGEST) tooLong.push([name, length]);
  }
  expect(tooLong).toEqual([]);
});

it('says how many there are, and how to see the others', async () => {
  const config = await call('mctl_get_service_config', exampleOf('mctl_get_service_config', about));
  expect(Object.keys(config.env)).toHaveLength(73);
  expect(cutOf(config).join('\n')).toMatch(
    /^custom_domains: 100 of 1000 are shown\. .*\nenv: \d+ of 1000 are shown\. For one /,
  );
  const tenant = await call('mctl_get_tenant', { team: 'billing' });
  expect([tenant.members.length, tenant.services.length]).toEqual([100, 100]);
  expect(cutOf(tenant)).toContainEqual('services: 100 of 121 are shown. mctl_list_services has them page by page.');
});

it('what the warning proposes shows the one that was cut off', async () => {
  const input = {
    action: 'update-config',
    team: 'billing',
    service: 'api',
    env: { VARIABLE_999: 'y' },
    dry_run: true,
  };
  const { changed } = await call('mctl_deploy_service', input);
  expect(changed).toEqual([{ key: 'env.VARIABLE_999', from: 'x'.repeat(200), to: 'y' }]);
});

it('a plan says of how many keys and files it does not tell', async () => {
  const cleared = { action: 'update-config', team: 'billing', service: 'api', clear_env: true, dry_run: true };
  const plan = await call('mctl_deploy_service', cleared);
  expect(cutOf(plan)).toEqual([expect.stringMatching(/^changed: \d+ of 1000 are shown\. /)]);
  const gone = await call('mctl_delete_tenant', { team: 'billing' });
  expect(cutOf(gone).join('\n')).toMatch(/changes: 100 of \d+ are shown[^]*plan\.destroys: 100 of \d+ are shown/);
});

it('a resource that is too large names the tool that shows the same', async () => {
  const client = await connectEra('2026-07-28', scratch.url, token);
  await expect(client.read('mctl://services/billing/api')).rejects.toThrow(/mctl_get_service_config/);
  await client.close();
});
