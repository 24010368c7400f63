import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { parse } from 'yaml';
import { UNATTENDED_TOOLS } from '../../src/connect/guides/copilot.guides';
import { IdentityService } from '../../src/identity';
import { Unavailable } from '../../src/platform/errors';
import { ToolCatalog } from '../../src/platform/mcp';
import { arrive, snippet } from '../support/connect-page';
import { done, furnish, PEOPLE, signedIn } from '../support/furnish';
import { ScratchApp } from '../support/scratch-app';
import { TestActions } from '../support/test-actions';
import { tokenFor } from '../support/tokens';
import { Visitor } from '../support/visitor';

const run = promisify(execFile);

let scratch: ScratchApp;
let actions: TestActions;

beforeAll(async () => {
  actions = await TestActions.start({ repository: 'acme/billing', repository_id: '1', ref: 'refs/heads/main' });
  scratch = await ScratchApp.start({
    MCTL_OAUTH_CI_ISSUER: actions.url,
    MCTL_OAUTH_CI: JSON.stringify([
      { name: 'deploys', repository: 'acme/billing', ref: 'refs/heads/main', team: 'billing', role: 'developer' },
    ]),
  });
  await furnish(scratch);
});

afterAll(async () => {
  await scratch?.stop();
  await actions?.stop();
});

afterEach(() => jest.restoreAllMocks());

const page = async (login: string) => (await arrive(scratch, login)).page.text;

describe('the front door', () => {
  const location = async (accept: string) =>
    (await fetch(scratch.url, { headers: { accept }, redirect: 'manual' })).headers.get('location');

  it('leads people to the page and programs to the REST documentation', async () => {
    expect(await location('text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8')).toBe('/connect');
    expect(await location('*/*')).toBe('/docs');
    expect(await location('application/json')).toBe('/docs');
    expect((await fetch(scratch.url, { redirect: 'manual' })).headers.get('vary')).toContain('Accept');
  });
});

describe('the page', () => {
  it('is for people who have signed in', async () => {
    const { status, headers } = await fetch(`${scratch.url}/connect`, { redirect: 'manual' });
    expect([status, headers.get('location')]).toEqual([303, '/sign-in?to=/connect']);
  });

  it('loads nothing, is framed and kept nowhere, and runs one script, by its hash', async () => {
    const { page: visit } = await arrive(scratch, PEOPLE.developer);
    const hash = (tag: string) => {
      const inside = new RegExp(`<${tag}>([^]*?)</${tag}>`).exec(visit.text)?.[1] ?? '';
      return `'sha256-${createHash('sha256').update(inside).digest('base64')}'`;
    };
    expect(visit.headers.get('content-security-policy')).toBe(
      [
        "default-src 'none'",
        `style-src ${hash('style')}`,
        `script-src ${hash('script')}`,
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
      ].join('; '),
    );
    expect(visit.text.match(/<script/g)).toHaveLength(1);
    expect(visit.text).not.toMatch(/ on[a-z]+=|style="|javascript:/);
    expect(visit.headers.get('cache-control')).toBe('no-store');
    expect(visit.headers.get('x-frame-options')).toBe('DENY');
    expect(visit.headers.get('referrer-policy')).toBe('no-referrer');
    expect((await new Visitor(scratch.url).get('/sign-in')).headers.get('content-security-policy')).not.toContain(
      'script-src',
    );
  });

  it('shows teams with roles, and of an administrator that they may do all', async () => {
    expect(await page(PEOPLE.owner)).toContain('<tr><td>billing</td><td>owner</td></tr>');
    expect(await page(PEOPLE.owner)).not.toContain('platform administrator');
    const admin = await page(PEOPLE.admin);
    expect(admin).toContain('<strong>platform administrator</strong>');
    expect(admin).not.toContain('no team</strong> yet');
  });

  it('shows nothing of teams that one is not in', async () => {
    expect(await page(PEOPLE.stranger)).toContain('<td>elsewhere</td>');
    expect(await page(PEOPLE.stranger)).not.toContain('billing');
  });

  it('tells whoever has no team how to come by one, and shows it once they have', async () => {
    const { visitor, page: before } = await arrive(scratch, 'newcomer');
    expect(before.text).toContain('You are in <strong>no team</strong> yet.');
    expect(before.text).toContain('add <code>newcomer</code> to <code>members</code>');
    expect((await visitor.get('/connect?try=whoami')).text).toContain('You are in no team yet.');
    await done(await signedIn(scratch, 'newcomer'), 'create-tenant', { team: 'fresh' });
    expect((await visitor.get('/connect')).text).toContain('<tr><td>fresh</td><td>owner</td></tr>');
  });

  it('is there when teams cannot be read, and says why', async () => {
    const problem = new Unavailable('The repository cannot be read.', { code: 'x', fix: 'Wait a <moment>.' });
    jest.spyOn(scratch.app.get(IdentityService), 'whoami').mockRejectedValue(problem);
    const { visitor, page: visit } = await arrive(scratch, PEOPLE.owner);
    expect(visit.status).toBe(200);
    expect(visit.text).toContain('<strong>The repository cannot be read.</strong><p>Wait a &lt;moment&gt;.</p>');
    expect(snippet(visit.text, 'mcp-endpoint')).toBe(`${scratch.url}/mcp`);
    const tried = (await visitor.get('/connect?try=whoami')).text;
    expect(tried.match(/The repository cannot be read/g)).toHaveLength(2);
    expect(tried).not.toContain('It works');
  });

  it('shows nothing of an error that nobody expected', async () => {
    jest.spyOn(scratch.app.get(IdentityService), 'whoami').mockRejectedValue(new Error('canary-of-the-inside'));
    const { page: visit } = await arrive(scratch, PEOPLE.owner);
    expect(visit.status).toBe(500);
    expect(visit.text).not.toContain('canary-of-the-inside');
  });

  it('S14 has no credential on it, and takes nothing of the address over', async () => {
    const { visitor } = await arrive(scratch, PEOPLE.owner);
    const { text: html } = await visitor.get('/connect?try=whoami&to=%3Cscript%3Ecanary&login=canary');
    expect(html).not.toMatch(/eyJ[\w-]+\.|gh[a-z]_[A-Za-z0-9]{8}|canary/);
    for (const cookie of visitor.cookies.values()) expect(html).not.toContain(cookie.value);
  });

  it('S14 goes nowhere but to a page of ours after signing out', async () => {
    const { visitor, page: visit } = await arrive(scratch, PEOPLE.owner);
    const out = await visitor.send(visit, { to: '//evil.example.org' });
    expect(out.url.href).toBe(`${scratch.url}/sign-in?to=%2Fconnect`);
    expect((await visitor.get('/connect')).url.pathname).toBe('/sign-in');
  });
});

describe('trying it', () => {
  it('shows exactly what the tool answers', async () => {
    const { visitor } = await arrive(scratch, PEOPLE.viewer);
    const { text: html } = await visitor.get('/connect?try=whoami');
    const shown = /<pre>([^<]*)<\/pre>/.exec(html)?.[1]?.replaceAll('&quot;', '"') ?? '';
    const { body } = await (await signedIn(scratch, PEOPLE.viewer)).get('/api/v1/whoami');
    // A token says when it ends, a browser session is none.
    expect(JSON.parse(shown)).toEqual({ ...body, expires_at: null });
  });
});

describe('what the page has to copy works', () => {
  it('the REST call, in a shell', async () => {
    const command = snippet(await page(PEOPLE.owner), 'curl-1');
    const token = await tokenFor(scratch.dataDir, PEOPLE.owner);
    const { stdout } = await run('sh', ['-c', command], { env: { PATH: process.env.PATH, PLATFORM_TOKEN: token } });
    expect(JSON.parse(stdout)).toMatchObject({ user: PEOPLE.owner });
  });

  it('the workflow of GitHub Actions, as its shell runs it', async () => {
    const workflow = parse(snippet(await page(PEOPLE.owner), 'actions-2')) as {
      permissions: object;
      jobs: { mctl: { env: Record<string, string>; steps: { run: string }[] } };
    };
    expect(workflow.permissions).toEqual({ 'id-token': 'write' });
    const { env, steps } = workflow.jobs.mctl;
    const { stdout } = await run('bash', ['--noprofile', '--norc', '-eo', 'pipefail', '-c', steps[0]?.run ?? ''], {
      env: { PATH: process.env.PATH, ...env, ...actions.environment },
    });
    const [job = '', mask = '', answer = ''] = stdout.split('\n');
    expect(job).toMatch(/^::add-mask::eyJ/);
    expect(mask).toMatch(/^::add-mask::eyJ/);
    expect(mask).not.toBe(job);
    expect(JSON.parse(answer)).toMatchObject({
      user: 'ci+deploys',
      auth_method: 'ci',
      teams: [{ name: 'billing', role: 'developer' }],
    });
  });

  it('tools for an agent that asks nobody are there, and read', () => {
    const tools = scratch.app.get(ToolCatalog).declarations;
    for (const name of UNATTENDED_TOOLS) {
      expect(tools.find((tool) => tool.name === name)?.access).toMatchObject({ kind: 'read' });
    }
  });
});
