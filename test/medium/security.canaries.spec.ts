import { execFileSync } from 'node:child_process';
import { createHmac, generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startHttpBackend } from '../../src/platform/gitops/git/testing/http-backend';
import { CANARIES, credentialsIn, filesBelow, found, objectsOf, ownKeys, type Seen } from '../support/canaries';
import { McpTestClient } from '../support/clients';
import { Workplace } from '../support/commands';
import { bearer, callMcp, callRest, lastMessage, MCP_HEADERS } from '../support/doors';
import { furnish } from '../support/furnish';
import { allKinds } from '../support/identities';
import { IntakeVisitor } from '../support/intake-visitor';
import { OAuthTestClient, post } from '../support/oauth-client';
import { OtlpReceiver } from '../support/otlp-receiver';
import { Program } from '../support/program';
import { TestActions } from '../support/test-actions';
import { TestGithub } from '../support/test-github-identities';
import { TestOidc } from '../support/test-oidc';
import { tokenFor } from '../support/tokens';
import { exampleOf, type Furniture } from '../support/tool-examples';
import { Visitor } from '../support/visitor';

/** Every kind of credential there is goes in at every door, rightly and wrongly; then every place is searched. */
const APP_KEY = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ type: 'pkcs1', format: 'pem' });
const SERVICE = { team: 'billing', service: 'api' };
const JOB = { repository: 'acme/api', repository_id: '7', ref: 'refs/heads/main' };

let folder: string;
let remote: string;
let program: Program;
let backend: Awaited<ReturnType<typeof startHttpBackend>>;
let oidc: TestOidc;
let github: TestGithub;
let actions: TestActions;
let collector: OtlpReceiver;
let about: Furniture;
let env: Record<string, string>;
/** What must be nowhere, by its kind. */
let credentials: Record<string, string>;
let admin: string;
const answers: Seen[] = [];
/** Answers whose very purpose is to hand out a token or link of the caller's own. */
const handedOut: Record<string, string> = {};

const file = (name: string): string => join(folder, name);

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'mctl-canaries-'));
  remote = file('gitops.git');
  [oidc, github, actions] = await Promise.all([TestOidc.start(), TestGithub.start(), TestActions.start(JOB)]);
  collector = await OtlpReceiver.start();
  await makeRemote();
  env = settings();
  program = await Program.start({ env });
  credentials = {
    ...CANARIES,
    githubAppKey: String(APP_KEY),
    local: await tokenFor(program.dataDir, 'root'),
    oidc: await oidc.token({ login: 'root' }),
    ...ownKeys(program.dataDir),
  };
  admin = String(credentials.oidc);
  github.people.set(CANARIES.githubToken, { login: 'octocat' });
  about = await furnish({ url: program.url, dataDir: program.dataDir });
  await connect();
  await exchange();
  await useTokens();
  await misplaceTokens();
  await askEverything();
  await enterValue();
  await deliver();
  await failOutside();
  await breakRemote();
  await readBack();
}, 180_000);

afterAll(async () => {
  await program?.dispose();
  await Promise.all([oidc?.stop(), github?.stop(), actions?.stop(), collector?.stop(), backend?.close()]);
  rmSync(folder, { recursive: true, force: true });
});

/** A repository as MCTL seeds it, behind a server that wants a password. */
async function makeRemote(): Promise<void> {
  const first = await Program.start();
  await first.stop();
  execFileSync('git', ['clone', '--quiet', '--bare', first.gitDir, remote]);
  execFileSync('git', ['--git-dir', remote, 'config', 'http.receivepack', 'true']);
  await first.dispose();
  backend = await startHttpBackend({ root: folder, users: { robot: CANARIES.remoteCredential } });
}

function settings(): Record<string, string> {
  const kept = (name: string, text: string): string => {
    writeFileSync(file(name), `${text}\n`, { mode: 0o600 });
    return file(name);
  };
  const { MCTL_PUBLIC_URL: _, ...identities } = allKinds(oidc.issuer, github.url);
  return {
    ...identities,
    MCTL_ADMINS: 'admin,root,dex.root',
    MCTL_OAUTH: 'true',
    MCTL_OAUTH_CI: JSON.stringify([{ name: 'api', ...JOB, team: 'billing', role: 'developer' }]),
    MCTL_OAUTH_CI_ISSUER: actions.url,
    MCTL_SIGN_IN_GITHUB_CLIENT_ID: 'Iv1canary',
    MCTL_SIGN_IN_GITHUB_CLIENT_SECRET_FILE: kept('sign-in', CANARIES.signInSecret),
    LOG_LEVEL: 'debug',
    MCTL_GITOPS_REMOTE: `${backend.url}/gitops.git`,
    MCTL_GITOPS_USERNAME: 'robot',
    MCTL_GITOPS_TOKEN_FILE: kept('remote', CANARIES.remoteCredential),
    MCTL_GITOPS_POLL: '1s',
    MCTL_ALERTMANAGER_SECRET_FILE: kept('alertmanager', CANARIES.alertmanagerSecret),
    MCTL_GITHUB_WEBHOOK_SECRET_FILE: kept('webhook', CANARIES.githubWebhookSecret),
    MCTL_GITHUB_APP_CLIENT_ID: 'Iv23canary',
    MCTL_GITHUB_APP_SLUG: 'mctl-canary',
    MCTL_GITHUB_APP_CLIENT_SECRET_FILE: kept('client-secret', CANARIES.githubAppClientSecret),
    MCTL_GITHUB_APP_PRIVATE_KEY_FILE: kept('app.pem', String(APP_KEY)),
    MCTL_GITHUB_URL: github.url,
    MCTL_DATABASE_ADMIN_URL_FILE: kept(
      'database',
      `postgres://robot:${CANARIES.postgresPassword}@127.0.0.1:9/postgres`,
    ),
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
    OTEL_EXPORTER_OTLP_HEADERS: `authorization=Bearer%20${CANARIES.collectorToken}`,
    MCTL_PROMETHEUS_URL: 'http://127.0.0.1:9',
    MCTL_PROMETHEUS_TOKEN_FILE: kept('prometheus', CANARIES.prometheusToken),
  };
}

async function plain(path: string, init: RequestInit = {}): Promise<number> {
  const response = await fetch(new URL(path, program.url), { redirect: 'manual', ...init });
  const text = JSON.stringify([...response.headers]) + (await response.text());
  answers.push({ what: `${init.method ?? 'GET'} ${path.slice(0, 24)}`, text });
  return response.status;
}

/** Where tracing takes what callers send: the trace is a good one, the rest is free text. */
function inTrace(token: string): Record<string, string> {
  const traceparent = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;
  return { traceparent, tracestate: `vendor=${token}`, baggage: `token=${token}` };
}

async function both(token: string, tool: string, args: Record<string, unknown>, operation?: string): Promise<void> {
  for (const [door, answer] of [
    ['MCP', await callMcp(program.url, token, tool, args)],
    ['REST', await callRest(program.url, token, tool, args, operation)],
  ] as const) {
    answers.push({ what: `${tool} over ${door}`, text: answer.text });
  }
}

const bearers = (): string[] =>
  ['local', 'oidc', 'githubToken', 'oauthAccess', 'ciAccess'].map((kind) => String(credentials[kind]));

/** A client from nothing: browser sign-in, code, tokens, and a refresh. */
async function connect(): Promise<void> {
  const client = await OAuthTestClient.register(program.url);
  const browser = new Visitor(program.url);
  const scope = 'platform:read platform:write platform:destroy logs:read';
  const oauthCode = await client.code(String(credentials.local), { scope }, browser);
  const first = (await client.redeem(oauthCode)).body;
  const second = (await client.refresh(String(first.refresh_token))).body;
  const [session = '', visit = ''] = ['mctl_session', 'mctl_visit'].map((name) => browser.cookies.get(name)?.value);
  credentials = {
    ...credentials,
    ...{ oauthCode, verifier: client.proof.verifier, session, visit },
    ...{ oauthAccess: String(second.access_token), oauthFirstAccess: String(first.access_token) },
    ...{ oauthRefresh: String(second.refresh_token), oauthFirstRefresh: String(first.refresh_token) },
  };
  for (const page of ['/connections', '/connect?try=whoami']) {
    answers.push({ what: page, text: (await browser.get(page)).text });
  }
}

/** A CI job's own token against one of ours; then one that is not for us. */
async function exchange(): Promise<void> {
  const { ACTIONS_ID_TOKEN_REQUEST_URL: url = '', ACTIONS_ID_TOKEN_REQUEST_TOKEN: right = '' } = actions.environment;
  const jobToken = async (audience: string): Promise<string> => {
    const asked = await fetch(`${url}&audience=${encodeURIComponent(audience)}`, { headers: bearer(right) });
    return ((await asked.json()) as { value: string }).value;
  };
  const [ciJob, ciForeign] = [await jobToken(program.url), await jobToken('https://elsewhere.example.org')];
  const send = (subject_token: string) =>
    post(program.url, '/oauth/token', {
      grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
      subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
      client_id: 'github-actions',
      subject_token,
    });
  const given = await send(ciJob);
  expect(given.status).toBe(200);
  credentials = { ...credentials, ciJob, ciForeign, ciAccess: String(given.body.access_token) };
  answers.push({ what: 'an exchange that is refused', text: JSON.stringify((await send(ciForeign)).body) });
}

/** Where they belong. */
async function useTokens(): Promise<void> {
  for (const token of bearers()) {
    expect(await plain('/api/v1/whoami', { headers: bearer(token) })).toBe(200);
    const client = await McpTestClient.connect(program.url, token);
    answers.push({ what: 'whoami', text: JSON.stringify(await client.must('mctl_whoami')) });
    await client.close();
  }
}

/** Where they do not belong: addresses, other headers, bodies, other people's shoes. */
async function misplaceTokens(): Promise<void> {
  for (const token of bearers()) await plain(`/api/v1/tenants/${token}`, { headers: bearer(admin) });
  const call = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'mctl_whoami' } });
  for (const token of [...bearers(), CANARIES.alertmanagerSecret, CANARIES.remoteCredential]) {
    await plain(`/api/v1/whoami?access_token=${token}`);
    await plain(`/mcp?token=${token}`, { method: 'POST', headers: { ...MCP_HEADERS, 'X-Api-Key': token }, body: call });
    await plain('/api/v1/whoami', { headers: { Authorization: `Basic ${token}`, Cookie: `session=${token}` } });
    await plain('/api/v1/whoami', { headers: { ...bearer(`${token}x`), Referer: `https://a/?t=${token}` } });
    await plain(`/intake/${token}`);
    await plain(`/github/setup?code=${token}&state=${token}`);
    await plain('/mcp', { method: 'POST', headers: { ...MCP_HEADERS, ...bearer(admin) }, body: `{"a":"${token}` });
    await plain('/api/v1/whoami', { headers: { ...bearer(admin), ...inTrace(token) } });
    const params = { name: 'mctl_whoami', _meta: inTrace(token) };
    const inMeta = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params });
    await plain('/mcp', { method: 'POST', headers: { ...MCP_HEADERS, ...bearer(admin) }, body: inMeta });
  }
  const own = { ...bearer(admin), 'Content-Type': 'application/json' };
  const told = { 'User-Agent': `curl ${CANARIES.githubToken}`, 'X-Request-Id': CANARIES.githubToken };
  const body = JSON.stringify({ ...SERVICE, replicas: 2, wait_seconds: 25 });
  const status = await plain('/api/v1/operations/scale-service/execute', {
    method: 'POST',
    headers: { ...own, ...told },
    body,
  });
  expect(status).toBe(200);
}

/** Every tool as it should be called, and with a credential in each of its arguments that takes text. */
async function askEverything(): Promise<void> {
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' });
  const listing = await fetch(new URL('/mcp', program.url), {
    method: 'POST',
    headers: { ...MCP_HEADERS, ...bearer(admin) },
    body,
  });
  const tools = lastMessage(await listing.text()).result.tools as {
    name: string;
    inputSchema: { properties: Record<string, { type?: unknown }> };
  }[];
  const { items } = await (
    await fetch(new URL('/api/v1/operations?limit=200', program.url), { headers: bearer(admin) })
  ).json();
  const operations = new Map((items as { tool: string; name: string }[]).map(({ tool, name }) => [tool, name]));
  for (const { name, inputSchema } of tools) {
    const operation = operations.get(name);
    const args = { ...exampleOf(name, about), ...(operation && { dry_run: true }) };
    await both(admin, name, args, operation);
    for (const [argument, { type }] of Object.entries(inputSchema.properties)) {
      if (type !== 'string' && !String(type).includes('string')) continue;
      await both(admin, name, { ...args, [argument]: CANARIES.githubToken }, operation);
    }
  }
  const scale = { ...SERVICE, replicas: 3 };
  await both(admin, 'mctl_scale_service', { ...scale, idempotency_key: CANARIES.githubToken }, 'scale-service');
  const env = { DB_PASSWORD: CANARIES.envPassword, DATABASE: `postgres://a:${CANARIES.urlPassword}@db/x` };
  await both(admin, 'mctl_deploy_service', { ...SERVICE, action: 'update-config', env }, 'deploy-service');
  const asked = await callMcp(program.url, admin, 'mctl_delete_tenant', { team: 'billing' });
  handedOut.confirmToken = String(asked.body.plan.confirm_token);
  const other = { team: 'billing', reason: 'other arguments', confirm_token: handedOut.confirmToken };
  await both(admin, 'mctl_delete_tenant', other, 'delete-tenant');
}

async function enterValue(): Promise<void> {
  const args = { ...SERVICE, action: 'update-config', secret_names: ['CANARY'], wait_seconds: 25 };
  const { body } = await callMcp(program.url, admin, 'mctl_deploy_service', args);
  handedOut.intakeLink = String(body.intake.url).split('/').at(-1) ?? '';
  const [visitor, stranger] = [0, 1].map(() => new IntakeVisitor(String(body.intake.url))) as [
    IntakeVisitor,
    IntakeVisitor,
  ];
  const pages = [await stranger.open(), await stranger.signIn('no-token'), await stranger.signIn(CANARIES.githubToken)];
  pages.push(await visitor.enter(admin), await visitor.store([`${CANARIES.intakeValue}\0`]));
  pages.push(
    await visitor.store([CANARIES.intakeValue]),
    await visitor.open(),
    await visitor.store([CANARIES.intakeValue]),
  );
  answers.push(...pages.map(({ text }) => ({ what: 'the one-time page', text })));
  expect(pages.map(({ status }) => status)).toContain(303);
}

/** Webhooks, with the right secrets and with each other's. */
async function deliver(): Promise<void> {
  const alerts = JSON.stringify({
    ...{ version: '4', status: 'firing', receiver: 'mctl', groupKey: '{}', truncatedAlerts: 0 },
    alerts: [
      {
        status: 'firing',
        labels: { alertname: 'Canary', namespace: 'billing', service: 'api', severity: 'critical' },
        annotations: { summary: `login with ${CANARIES.githubToken} failed` },
        startsAt: new Date().toISOString(),
      },
    ],
  });
  const json = { 'Content-Type': 'application/json' };
  for (const secret of [CANARIES.alertmanagerSecret, CANARIES.githubWebhookSecret]) {
    const headers = { ...json, ...bearer(secret) };
    await plain('/api/v1/webhooks/alertmanager', { method: 'POST', headers, body: alerts });
    const signature = `sha256=${createHmac('sha256', secret).update('{}').digest('hex')}`;
    const signed = { ...json, 'X-GitHub-Event': 'ping', 'X-Hub-Signature-256': signature };
    await plain('/api/v1/webhooks/github', { method: 'POST', headers: signed, body: '{}' });
  }
}

/** PostgreSQL, Prometheus and GitHub that do not answer as they should, each asked with its credential. */
async function failOutside(): Promise<void> {
  await both(admin, 'mctl_provision_database', { ...SERVICE, wait_seconds: 2 }, 'provision-database');
  await both(admin, 'mctl_get_resource_usage', { team: 'billing' });
  const repo = { team: 'billing', repo: 'acme/api', wait_seconds: 2 };
  const { body } = await callMcp(program.url, admin, 'mctl_grant_repo_access', repo);
  answers.push({
    what: 'mctl_grant_repo_access',
    text: JSON.stringify({ ...body, install_url: '', next_actions: '' }),
  });
  await both(admin, 'mctl_sync_repos', { team: 'billing', wait_seconds: 2 }, 'sync-repos');
  github.behave = () => ({ status: 500, body: { message: CANARIES.githubToken } });
  await plain('/api/v1/whoami', { headers: bearer(`${CANARIES.githubToken}9`) });
  github.behave = () => undefined;
}

/** The remote refuses the credential, then fails and repeats it. */
async function breakRemote(): Promise<void> {
  const scale = { ...SERVICE, wait_seconds: 2 };
  writeFileSync(file('remote'), `${CANARIES.remoteCredential}-stale\n`);
  await both(admin, 'mctl_scale_service', { ...scale, replicas: 4 }, 'scale-service');
  writeFileSync(file('remote'), `${CANARIES.remoteCredential}\n`);
  backend.behave = () => ({ status: 500, body: `robot:${CANARIES.remoteCredential}` });
  await both(admin, 'mctl_scale_service', { ...scale, replicas: 5 }, 'scale-service');
  backend.behave = () => 'serve';
}

async function readBack(): Promise<void> {
  for (const path of ['/metrics', '/readyz', '/healthz', '/openapi.json', '/docs', '/']) await plain(path);
  const lists = [
    'audit',
    'workflows',
    'incidents',
    'domains?team=billing',
    'services/billing/api',
    'repos?team=billing',
  ];
  const audit = ['audit/verification', 'audit?limit=200'];
  for (const path of [...lists, ...audit]) await plain(`/api/v1/${path}`, { headers: bearer(admin) });
  await plain('/readyz?verbose', { headers: bearer(admin) });
  const listed = await callRest(program.url, admin, 'mctl_list_workflows', { limit: 200 });
  for (const { workflow } of listed.body.items as { workflow: string }[]) {
    await both(admin, 'mctl_get_workflow_status', { workflow, log_lines: 200 });
  }
}

it('S42 nothing that was answered holds a credential', () => {
  expect(answers.length).toBeGreaterThan(300);
  expect(found(answers, credentials)).toEqual([]);
});

it('S14 S42 no log line holds one, at the most talkative level, nor what was handed out', () => {
  const log = { what: 'the log', text: program.log.join('\n') };
  expect(program.log.some((line) => line.includes('"level":"debug"'))).toBe(true);
  expect(program.log.some((line) => line.includes('a credential was refused'))).toBe(true);
  expect(found([log], { ...credentials, ...handedOut })).toEqual([]);
});

it('S42 no trace holds one, nor what was handed out', async () => {
  await collector.until((spans) => spans.some(({ name }) => name === 'mctl.operation'));
  const bodies = collector.exports.map(({ body }) => ({ what: 'a trace', text: body.toString('utf8') }));
  expect(found(bodies, { ...credentials, ...handedOut })).toEqual([]);
});

it('S14 S42 S62 the data folder holds none: store, write-ahead log, work files, every object of git', () => {
  const places = [...filesBelow(program.dataDir), ...mirrorsBelow(program.dataDir).map(objectsOf)];
  expect(places.some(({ what }) => what.endsWith('mctl.db-wal'))).toBe(true);
  expect(places.some(({ text }) => text.includes('Requested-By: dex.root'))).toBe(true);
  expect(found(places, { ...credentials, ...handedOut })).toEqual([]);
});

it('S14 S42 the repository behind the remote holds none', () => {
  const places = [...filesBelow(remote), objectsOf(remote)];
  expect(places.some(({ text }) => text.includes('Requested-By: dex.root'))).toBe(true);
  expect(found(places, { ...credentials, ...handedOut })).toEqual([]);
});

it('S42 each of them was really used', () => {
  const basic = `Basic ${Buffer.from(`robot:${CANARIES.remoteCredential}`).toString('base64')}`;
  expect(backend.requests.some(({ authorization }) => authorization === basic)).toBe(true);
  expect(collector.exports[0]?.headers.authorization).toBe(`Bearer ${CANARIES.collectorToken}`);
  expect(github.requests.some(({ token }) => token === CANARIES.githubToken)).toBe(true);
});

it('S42 the command line tells none, of the settings, the health or the books', async () => {
  await program.stop();
  const place = new Workplace();
  try {
    const options = { env: { ...env, MCTL_DATA_DIR: program.dataDir } };
    for (const command of [
      ['env'],
      ['doctor'],
      ['doctor', '--json'],
      ['audit', 'verify', '--json'],
      ['secrets', 'list'],
    ]) {
      const { stdout, stderr } = await place.mctl(command, options);
      expect((stdout + stderr).length).toBeGreaterThan(20);
      expect([command, found([{ what: 'it', text: stdout + stderr }], credentials)]).toEqual([command, []]);
    }
  } finally {
    place.dispose();
  }
});

describe('the search itself', () => {
  it('finds a credential whole, cut short at its front, in base64 anywhere, in hex and in an address', () => {
    for (const [name, value] of Object.entries(CANARIES)) {
      const hidden = Buffer.from(`user:${value}`).toString('base64');
      for (const text of [value, hidden, Buffer.from(value).toString('hex'), encodeURIComponent(value)]) {
        expect([name, found([{ what: 'x', text: `a ${text} b` }], CANARIES)]).toEqual([name, [`${name} in x`]]);
      }
    }
    const { local = '' } = credentials;
    expect(found([{ what: 'x', text: local.slice(-60) }], { local })).toEqual(['local in x']);
  });

  it('knows forms of credentials that are nobody’s, and takes nothing else for one', () => {
    const { local = '' } = credentials;
    const bad = [local, `x ghp_${'a'.repeat(36)}`, String(APP_KEY), `Bearer ${'a'.repeat(24)}`, 'https://u:geheim1@h/'];
    for (const text of bad) expect(credentialsIn(text)).not.toEqual([]);
    const good = ['Bearer realm="mctl"', 'http://127.0.0.1:8080/a@b', 'https://u:***@h/', '[masked]', 'e'.repeat(64)];
    for (const text of good) expect([text, credentialsIn(text)]).toEqual([text, []]);
  });
});

function mirrorsBelow(root: string): string[] {
  const heads = filesBelow(root).filter(({ what }) => /(^|\/)HEAD$/.test(what) && !what.includes('logs/'));
  return heads.map(({ what }) => join(root, what, '..'));
}
