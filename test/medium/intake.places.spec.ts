import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { McpTestClient } from '../support/clients';
import { furnish } from '../support/furnish';
import { IntakeVisitor } from '../support/intake-visitor';
import { Program } from '../support/program';
import { ScratchApp } from '../support/scratch-app';
import { LocalIssuer } from '../../src/platform/auth/local-issuer';
import { tokenFor } from '../support/tokens';

const SECRET = {
  team: 'billing',
  service: 'api',
  action: 'update-config',
  secret_names: ['CANARY_KEY'],
  wait_seconds: 25,
};

describe('where a value and its link can be found', () => {
  const VALUE = 'canary-7f3a9c-Pa55w0rd';
  let program: Program;
  let link: string;
  let credential: string;
  const answers: string[] = [];

  beforeAll(async () => {
    program = await Program.start({ env: { LOG_LEVEL: 'debug' } });
    await furnish(program);
    credential = await tokenFor(program.dataDir, 'admin');
    const client = await McpTestClient.connect(program.url, credential);
    link = ((await client.must('mctl_deploy_service', SECRET)).intake as { url: string }).url;
    const visitor = new IntakeVisitor(link);
    answers.push((await visitor.open()).text, (await visitor.signIn('not-a-token')).text);
    answers.push((await visitor.signIn(credential)).text, (await visitor.open()).text);
    answers.push(
      (await visitor.store([`${VALUE}\0`])).text,
      (await visitor.store([VALUE])).text,
      (await visitor.open()).text,
    );
    answers.push((await visitor.store([VALUE])).text);
    for (const [tool, args] of [
      ['mctl_get_service_config', { team: 'billing', service: 'api' }],
      ['mctl_list_recent_operations', { limit: 200 }],
      ['mctl_list_workflows', { limit: 200 }],
      ['mctl_deploy_service', SECRET],
    ] as const) {
      answers.push(JSON.stringify(await client.must(tool, args)));
    }
    answers.push(await (await fetch(new URL('/metrics', program.url))).text());
  });

  afterAll(() => program?.dispose());

  const needles = () => [VALUE, Buffer.from(VALUE).toString('base64'), Buffer.from(VALUE).toString('hex')];
  const token = () => link.split('/').at(-1) ?? '';
  const files = () =>
    readdirSync(program.dataDir, { recursive: true, encoding: 'utf8' })
      .map((name) => join(program.dataDir, name))
      .filter((name) => statSync(name).isFile())
      .map((name) => [name, readFileSync(name).toString('latin1')] as const);
  const found = (places: readonly (readonly [string, string])[], wanted: readonly string[]) =>
    places.flatMap(([place, text]) => wanted.filter((needle) => text.includes(needle)).map(() => place));

  it('was stored', () => {
    expect(answers.join('\n')).toContain('"secrets":[{"name":"CANARY_KEY","version":1}]');
  });

  it('S62 the value is in no answer', () => {
    expect(
      found(
        answers.map((text) => ['an answer', text] as const),
        needles(),
      ),
    ).toEqual([]);
  });

  it('S62 neither is in a log, at the most talkative level', () => {
    const log = program.log.join('\n');
    expect(log).toContain('/intake/:token');
    expect(found([['the log', log]], [...needles(), token(), credential])).toEqual([]);
  });

  it('S62 neither is in the data folder: store, write-ahead log, every git object', () => {
    const objects = execFileSync('git', ['--git-dir', program.gitDir, 'cat-file', '--batch-all-objects', '--batch'], {
      maxBuffer: 512 * 1024 * 1024,
    });
    expect(files().some(([name]) => name.endsWith('mctl.db-wal'))).toBe(true);
    const places = [...files(), ['objects of git', objects.toString('latin1')] as const];
    expect(found(places, [...needles(), token(), credential])).toEqual([]);
    expect(objects.toString('latin1')).toContain('CANARY_KEY');
  });
});

describe('behind https', () => {
  const PUBLIC = 'https://mctl.example.org';
  const PROXY = { host: 'mctl.example.org', 'x-forwarded-proto': 'https', 'x-forwarded-for': '10.0.0.7' };
  let scratch: ScratchApp;
  let credential: string;

  beforeAll(async () => {
    scratch = await ScratchApp.start({ MCTL_PUBLIC_URL: PUBLIC, MCTL_LOCAL_TOKENS: 'true' });
    credential = await scratch.app.get(LocalIssuer).sign('admin', 60_000);
  });
  afterAll(() => scratch?.stop());

  const openLink = async (): Promise<string> => {
    const { Intakes } = await import('../../src/intake/index.js');
    const request = { team: 'billing', service: 'api', names: ['KEY'], purpose: 'a test' };
    return (await scratch.app.get(Intakes).open({ login: 'admin' }, request)).url;
  };
  const visitor = (link: string, headers: object = PROXY) =>
    new IntakeVisitor(link.replace(PUBLIC, scratch.url), { ...headers });

  it('the link is that of the public address, and the cookie stays with it', async () => {
    const link = await openLink();
    expect(link).toMatch(/^https:\/\/mctl\.example\.org\/intake\//);
    const { status, headers } = await visitor(link).open();
    expect(status).toBe(200);
    expect(headers['set-cookie']?.[0]).toMatch(/^__Host-mctl-intake-.*; Path=\/;.*HttpOnly; Secure; SameSite=Strict$/);
  });

  it.each([
    ['loopback', {}],
    ['http up to the proxy', { ...PROXY, 'x-forwarded-proto': 'http' }],
    ['another port', { ...PROXY, host: 'mctl.example.org:8080' }],
  ])('the page is not served over %s, and says why', async (_, headers) => {
    const { status, text } = await visitor(await openLink(), headers).open();
    expect([status, text]).toEqual([403, expect.stringContaining(`Pages are served at ${PUBLIC} only`)]);
    expect(text).not.toContain('<form');
  });

  it('a cookie that a neighbour below the domain could have planted is none', async () => {
    const browser = visitor(await openLink());
    await browser.open();
    const planted = [...browser.cookies].map(([name, value]) => [name.replace('__Host-', ''), value] as const);
    browser.cookies = new Map(planted);
    const { status, text } = await browser.signIn(credential);
    expect([status, text]).toEqual([403, expect.stringContaining('its cookie did not come with it')]);
  });

  it('a form over http is refused with all it brings', async () => {
    const link = await openLink();
    const browser = visitor(link);
    await browser.open();
    const reply = await browser.signIn(credential, { 'x-forwarded-proto': 'http' });
    expect([reply.status, reply.headers['set-cookie']]).toEqual([403, undefined]);
  });
});

describe('over http that others can read', () => {
  it('no link is made, and the answer says what would help', async () => {
    const scratch = await ScratchApp.start({ MCTL_PUBLIC_URL: 'http://mctl.example.org', MCTL_LOCAL_TOKENS: 'true' });
    const { Operations } = await import('../../src/platform/operations/operations.js');
    const { OperationRegistry } = await import('../../src/platform/operations/registry.js');
    const { parseInput } = await import('../../src/platform/schema/index.js');
    const admin = { login: 'admin', method: 'local', isAdmin: true, via: { door: 'rest', requestId: 'r' } } as const;
    const run = (name: string, input: object) => {
      const operation = scratch.app.get(OperationRegistry).get(name);
      return scratch.app
        .get(Operations)
        .run(operation, admin, parseInput(operation.input, { ...input, wait_seconds: 25 }));
    };
    await run('create-tenant', { team: 'billing' });
    const onboard = { ...SECRET, action: 'onboard', image: 'ghcr.io/acme/api', image_tag: '1' };
    expect(await run('deploy-service', onboard)).toMatchObject({
      operation: { status: 'succeeded' },
      secrets: [{ name: 'CANARY_KEY', version: null }],
      intake: { url: null, next_step: expect.stringMatching(/https or on loopback only.*MCTL_PUBLIC_URL/) },
    });
    const link = `${scratch.url}/intake/${'A'.repeat(43)}`;
    const { status, text } = await new IntakeVisitor(link, { host: 'mctl.example.org' }).open();
    expect([status, text]).toEqual([403, expect.stringContaining('anybody on the way can read')]);
    await scratch.stop();
  });
});
