import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startHttpBackend } from '../../src/platform/gitops/git/testing/http-backend';
import { callMcp, callRest, type DoorAnswer } from '../support/doors';
import { forgedTokens } from '../support/forged-tokens';
import { furnish } from '../support/furnish';
import { Program } from '../support/program';
import { tokenFor } from '../support/tokens';

/** Nothing of the test's own machinery holds these texts, so wherever one is found, the program put it. */
const CANARIES = {
  password: 'canary-Pa55w0rd-7f3a9c',
  apiKey: 'canary-api-key-0b1d2e',
  githubToken: 'ghp_canary0123456789abcdefghijklmnopqrst',
  remoteToken: 'canary-remote-credential-9a8b7c',
  urlPassword: 'canary-url-secret-55aa',
  awsKey: 'AKIACANARY0123456789',
  privateKey: 'canaryMIIEvQIBADANBgkqhkiG9w0',
  header: 'canary-header-4d5e6f',
};
/** Shortest piece of a bearer token that counts as the token. */
const SIGNATURE_LENGTH = 40;

interface Seen {
  readonly what: string;
  readonly text: string;
}

let folder: string;
let program: Program;
let backend: Awaited<ReturnType<typeof startHttpBackend>>;
let tokenFile: string;
let bearerTokens: string[];
let confirmToken: string;
const answers: Seen[] = [];

async function both(
  token: string,
  tool: string,
  operation: string | undefined,
  args: Record<string, unknown>,
): Promise<DoorAnswer[]> {
  const [mcp, rest] = [
    await callMcp(program.url, token, tool, args),
    await callRest(program.url, token, tool, args, operation),
  ];
  answers.push({ what: `${tool} over MCP`, text: mcp.text }, { what: `${tool} over REST`, text: rest.text });
  return [mcp, rest];
}

async function plain(path: string, init: RequestInit): Promise<number> {
  const response = await fetch(new URL(path, program.url), init);
  const headers = JSON.stringify([...response.headers]);
  answers.push({ what: `${init.method ?? 'GET'} ${path.slice(0, 20)}`, text: headers + (await response.text()) });
  return response.status;
}

/** A repository as MCTL seeds it, behind a server that wants a password. */
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'mctl-secrets-'));
  const first = await Program.start();
  await first.stop();
  execFileSync('git', ['clone', '--quiet', '--bare', first.gitDir, join(folder, 'gitops.git')]);
  execFileSync('git', ['--git-dir', join(folder, 'gitops.git'), 'config', 'http.receivepack', 'true']);
  await first.dispose();
  backend = await startHttpBackend({ root: folder, users: { robot: CANARIES.remoteToken } });
  tokenFile = join(folder, 'token');
  writeFileSync(tokenFile, `${CANARIES.remoteToken}\n`, { mode: 0o600 });
  program = await Program.start({
    env: {
      LOG_LEVEL: 'debug',
      MCTL_GITOPS_REMOTE: `${backend.url}/gitops.git`,
      MCTL_GITOPS_USERNAME: 'robot',
      MCTL_GITOPS_TOKEN_FILE: tokenFile,
      MCTL_GITOPS_POLL: '1s',
    },
  });
  await furnish(program);
  await use();
});

afterAll(async () => {
  await program?.dispose();
  await backend?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Everything that a careless client, an attacker and a broken remote do with secrets. */
async function use(): Promise<void> {
  const admin = await tokenFor(program.dataDir, 'admin');
  bearerTokens = [
    admin,
    ...Object.values(await forgedTokens(program.dataDir)).filter((token) => token.startsWith('ey')),
  ];
  await putIntoEnv(admin);
  await putElsewhere(admin);
  await showTokens();
  await confirm(admin);
  await breakRemote(admin);
  await readBack(admin);
}

async function putIntoEnv(admin: string): Promise<void> {
  const envs: Record<string, unknown>[] = [
    { DB_PASSWORD: CANARIES.password },
    { STRIPE_API_KEY: CANARIES.apiKey },
    { 'spring.datasource.password': CANARIES.password },
    { DATABASE: `postgres://user:${CANARIES.urlPassword}@db/billing` },
    { HARMLESS: CANARIES.githubToken },
    { HARMLESS: CANARIES.awsKey },
    { HARMLESS: `-----BEGIN PRIVATE KEY-----\n${CANARIES.privateKey}` },
    { 'BAD NAME': CANARIES.password },
    { DB_PASSWORD: [CANARIES.password] },
  ];
  for (const env of [...envs, `DB_PASSWORD=${CANARIES.password}`, [CANARIES.password]]) {
    for (const dry_run of [true, false]) {
      const args = { action: 'update-config', team: 'billing', service: 'api', env, dry_run };
      for (const answer of await both(admin, 'mctl_deploy_service', 'deploy-service', args)) {
        expect([env, answer.ok, answer.code]).toEqual([
          env,
          false,
          expect.stringMatching(/^(secret_in_env|invalid_input)$/),
        ]);
      }
    }
  }
}

async function putElsewhere(admin: string): Promise<void> {
  const scale = { team: 'billing', service: 'api', replicas: 2 };
  for (const reason of [
    `use ${CANARIES.githubToken}`,
    `postgres://user:${CANARIES.urlPassword}@db`,
    `-----BEGIN PRIVATE KEY----- ${CANARIES.privateKey}`,
  ]) {
    for (const answer of await both(admin, 'mctl_scale_service', 'scale-service', { ...scale, reason })) {
      expect(answer.code).toBe('credential_in_input');
    }
  }
  await both(admin, 'mctl_scale_service', 'scale-service', { ...scale, password: CANARIES.password });
  await both(admin, 'mctl_deploy_service', 'deploy-service', {
    action: 'deploy',
    team: 'billing',
    service: 'api',
    image_tag: `${CANARIES.githubToken}!`,
  });
  const headers = { 'Content-Type': 'application/json', Authorization: `Bearer ${admin}` };
  const body = `{"reason":"${CANARIES.password}`;
  expect(await plain('/api/v1/operations/create-tenant/execute', { method: 'POST', headers, body })).toBe(400);
  expect(await plain('/mcp', { method: 'POST', headers, body })).toBe(400);
}

/** Bearer tokens where they belong, where they do not, and ones that are no longer good. */
async function showTokens(): Promise<void> {
  for (const token of bearerTokens) {
    await plain('/api/v1/whoami', { headers: { Authorization: `Bearer ${token}` } });
    await plain(`/api/v1/whoami?access_token=${token}`, {});
    await plain('/api/v1/whoami', {
      headers: { Authorization: `Basic ${token}`, Cookie: `t=${token}`, 'X-Api-Key': CANARIES.header },
    });
  }
  await plain(`/nowhere/${bearerTokens[0]}`, {});
}

async function confirm(admin: string): Promise<void> {
  const target = { team: 'billing' };
  const { body } = await callMcp(program.url, admin, 'mctl_delete_tenant', target);
  confirmToken = body.plan.confirm_token as string;
  expect(confirmToken.length).toBeGreaterThan(100);
  await both(admin, 'mctl_delete_tenant', 'delete-tenant', {
    ...target,
    reason: 'other arguments',
    confirm_token: confirmToken,
  });
}

/** The remote refuses the credential, then goes away: errors, step logs and program logs are written about it. */
async function breakRemote(admin: string): Promise<void> {
  const scale = { team: 'billing', service: 'api', replicas: 3, wait_seconds: 3 };
  writeFileSync(tokenFile, `${CANARIES.remoteToken}-stale\n`);
  const [denied] = await both(admin, 'mctl_scale_service', 'scale-service', scale);
  expect(JSON.stringify(denied?.body)).toMatch(/credential|failed|running|submitted/);
  writeFileSync(tokenFile, `${CANARIES.remoteToken}\n`);
  backend.behave = () => ({ status: 500, body: `robot:${CANARIES.remoteToken}` });
  await both(admin, 'mctl_scale_service', 'scale-service', { ...scale, replicas: 4 });
  backend.behave = () => 'serve';
}

async function readBack(admin: string): Promise<void> {
  const about = { team: 'billing', service: 'api' };
  await both(admin, 'mctl_list_recent_operations', undefined, { limit: 200 });
  await both(admin, 'mctl_get_service_config', undefined, about);
  const [workflows] = await both(admin, 'mctl_list_workflows', undefined, { limit: 200 });
  for (const { workflow } of workflows?.body.items as { workflow: string }[]) {
    await both(admin, 'mctl_get_workflow_status', undefined, { workflow, log_lines: 200 });
  }
  for (const path of ['/metrics', '/readyz', '/openapi.json']) await plain(path, {});
}

/** What must not be found: the canaries in clear and as HTTP basic credentials, and the signatures of tokens. */
function needles(): string[] {
  const basic = Buffer.from(`robot:${CANARIES.remoteToken}`).toString('base64');
  const signatures = bearerTokens
    .map((token) => token.split('.')[2] ?? '')
    .filter((signature) => signature.length >= SIGNATURE_LENGTH);
  return [...Object.values(CANARIES), basic, ...signatures];
}

function findings(places: readonly Seen[], wanted: readonly string[]): string[] {
  return places.flatMap(({ what, text }) =>
    wanted.filter((needle) => text.includes(needle)).map((needle) => `${needle.slice(0, 30)} in ${what}`),
  );
}

/** Every file below a folder, byte by byte; git's objects are packed, so they are also unpacked. */
function filesBelow(root: string): Seen[] {
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((name) =>
    statSync(join(root, name)).isFile(),
  );
  return files.map((name) => ({ what: name, text: readFileSync(join(root, name), 'latin1') }));
}

function objectsOf(gitDir: string): Seen {
  const objects = execFileSync('git', ['--git-dir', gitDir, 'cat-file', '--batch-all-objects', '--batch'], {
    maxBuffer: 512 * 1024 * 1024,
  });
  return { what: `objects of ${gitDir}`, text: objects.toString('latin1') };
}

function repositoriesBelow(root: string): string[] {
  const heads = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter(
    (name) => /(^|\/)HEAD$/.test(name) && !name.includes('logs/'),
  );
  return heads.map((name) => join(root, name, '..'));
}

it('puts no secret into any answer', () => {
  expect(answers.length).toBeGreaterThan(100);
  expect(findings(answers, needles())).toEqual([]);
});

it('puts no secret into its log, at the most talkative level', () => {
  expect(program.log.some((line) => line.includes('"level":"debug"'))).toBe(true);
  expect(findings([{ what: 'the log', text: program.log.join('\n') }], [...needles(), confirmToken])).toEqual([]);
});

it('puts no secret into its data folder: store, write-ahead log, work files, every git object', () => {
  const files = filesBelow(program.dataDir);
  const repositories = repositoriesBelow(program.dataDir);
  expect(files.some(({ what }) => /\.(db|sqlite)/.test(what))).toBe(true);
  expect(repositories.length).toBeGreaterThan(0);
  expect(findings([...files, ...repositories.map(objectsOf)], [...needles(), confirmToken])).toEqual([]);
});

it('puts no secret into the repository behind the remote', () => {
  const remote = join(folder, 'gitops.git');
  expect(findings([...filesBelow(remote), objectsOf(remote)], [...needles(), confirmToken])).toEqual([]);
  expect(objectsOf(remote).text).toContain('deploy(billing/api)');
});

it('did use the remote with its credential', () => {
  const basic = `Basic ${Buffer.from(`robot:${CANARIES.remoteToken}`).toString('base64')}`;
  expect(backend.requests.some(({ authorization }) => authorization === basic)).toBe(true);
});
