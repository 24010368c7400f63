import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { deployOpenclaw } from '../../src/openclaw/deploy-openclaw.operation';
import { planOf } from '../factories/plan';
import { aWorld } from '../factories/world';
import { crdViolations } from '../support/crds';
import { helmLint, helmTemplate, type Manifest } from '../support/helm';
import { at, mainContainer, ofKind, only, podOf } from '../support/manifests';
import { restrictedViolations } from '../support/pod-security';
import { parseAsHelm, valuesValidator } from '../support/values-schema';

const ONBOARDING =
  'onboarding: {telegramOwnerIds: ["11", "22"], defaultModel: anthropic/claude-opus-4-6, host: bot.example.com}\n';

/** The file that the operation commits. */
function valuesText(): string {
  const world = aWorld({
    tenants: { billing: { quotas: {}, networking: { allowInternetEgress: true } } },
    files: { 'services/billing/openclaw.onboarding.yaml': ONBOARDING },
  });
  const { changes } = planOf(deployOpenclaw, world, { team: 'billing' }, { hasToken: true });
  return changes.find(({ path }) => path.endsWith('/values.yaml'))?.content ?? '';
}

let manifests: Manifest[];

beforeAll(async () => {
  manifests = await helmTemplate({
    chart: 'service',
    name: 'openclaw',
    values: valuesText(),
    set: { fullnameOverride: 'billing-openclaw', 'mctl.team': 'billing', 'mctl.service': 'openclaw' },
  });
});

describe('the values of an OpenClaw', () => {
  it('are what the chart takes, and render into what a cluster takes', async () => {
    const validate = valuesValidator('service');
    expect([validate(parseAsHelm(valuesText())), validate.errors]).toEqual([true, null]);
    await helmLint('service', valuesText());
    expect(crdViolations(manifests)).toEqual([]);
    expect(restrictedViolations(podOf(manifests))).toEqual([]);
  });

  it('reach it at its port, with token and database from the secret store', () => {
    expect(mainContainer(manifests)).toMatchObject({
      image: expect.stringMatching(/^ghcr\.io\/openclaw\/openclaw:\d/),
      ports: [{ containerPort: 18789 }],
      envFrom: [{ secretRef: { name: 'openclaw-secrets' } }, { secretRef: { name: 'billing-openclaw-db-creds' } }],
    });
    const [token, database] = ['openclaw-secrets', 'billing-openclaw-db-creds'].map((name) =>
      ofKind(manifests, 'ExternalSecret').find(({ metadata }) => metadata.name === name),
    );
    expect(at(token, 'spec.data')).toMatchObject([
      { secretKey: 'TELEGRAM_BOT_TOKEN', remoteRef: { key: 'teams/billing/openclaw', property: 'TELEGRAM_BOT_TOKEN' } },
    ]);
    expect(at(database, 'spec.dataFrom')).toMatchObject([{ extract: { key: 'teams/billing/openclaw/database' } }]);
    expect(at(only(manifests, 'Ingress'), 'spec.rules')).toMatchObject([{ host: 'billing-openclaw.apps.example.org' }]);
  });

  it('leave nothing to Kubernetes to replace in the command', () => {
    const { command = [], args = [] } = mainContainer(manifests) as { command?: string[]; args?: string[] };
    expect([...command, ...args].join('\n')).not.toMatch(/\$\(/);
  });
});

/** Keeps settings like OpenClaw's own command does (tried against openclaw 2026.7.1-2), and says when the gateway would begin. */
const STAND_IN = `import { existsSync, readFileSync, writeFileSync } from 'node:fs';
const [group, verb, word, json] = process.argv.slice(2);
const kept = existsSync('settings.json') ? JSON.parse(readFileSync('settings.json', 'utf8')) : {};
if (group === 'gateway') console.log('gateway ' + verb + ' as ' + process.ppid);
else if (verb === 'get') process.exit(word in kept ? 0 : 1);
else if (word === '--batch-json') {
  for (const { path, value } of JSON.parse(json)) kept[path] = value;
  writeFileSync('settings.json', JSON.stringify(kept));
} else process.exit(2);
`;

describe('the command of an OpenClaw', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'mctl-claw-'));
    writeFileSync(join(folder, 'openclaw.mjs'), STAND_IN);
  });

  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  function start(more: Record<string, string> = {}): Record<string, unknown> {
    const { command, args, env } = mainContainer(manifests) as unknown as {
      command: [string, ...string[]];
      args: string[];
      env: { name: string; value: string }[];
    };
    const [program, ...words] = command;
    const variables = Object.fromEntries(env.map(({ name, value }) => [name, value]));
    const path = `${dirname(process.execPath)}:${process.env.PATH}`;
    const output = execFileSync(program, [...words, ...args], {
      cwd: folder,
      encoding: 'utf8',
      env: { PATH: path, ...variables, ...more },
    });
    // Replaced, not beside it: signals of Kubernetes must reach OpenClaw itself.
    expect(output).toBe(`gateway run as ${process.pid}\n`);
    return JSON.parse(readFileSync(join(folder, 'settings.json'), 'utf8')) as Record<string, unknown>;
  }

  it('lets in the owners alone, at its hosts, with the model that was asked for', () => {
    expect(start()).toEqual({
      'gateway.mode': 'local',
      'gateway.bind': 'lan',
      'gateway.port': 18789,
      'gateway.auth.mode': 'token',
      'gateway.auth.token': expect.stringMatching(/^[0-9a-f]{64}$/),
      'gateway.controlUi.allowedOrigins': ['https://billing-openclaw.apps.example.org', 'https://bot.example.com'],
      'channels.telegram.enabled': true,
      'channels.telegram.dmPolicy': 'allowlist',
      'channels.telegram.allowFrom': ['11', '22'],
      'commands.ownerAllowFrom': ['telegram:11', 'telegram:22'],
      'agents.defaults.model.primary': 'anthropic/claude-opus-4-6',
    });
  });

  it('keeps the password of its dashboard, and what its users have set, over the next start', () => {
    const first = start();
    writeFileSync(join(folder, 'settings.json'), JSON.stringify({ ...first, theirs: 'stays', 'gateway.bind': 'loopback' }));
    expect(start()).toEqual({ ...first, theirs: 'stays' });
  });

  it('makes no password where the team has one of its own', () => {
    expect(start({ OPENCLAW_GATEWAY_TOKEN: 'theirs' })).not.toHaveProperty('gateway.auth.token');
  });

  it('opens no channel to everybody where no owner is named', () => {
    const settings = start({ TELEGRAM_OWNER_IDS: '' });
    expect(Object.keys(settings).filter((path) => path.startsWith('channels.'))).toEqual([]);
  });
});
