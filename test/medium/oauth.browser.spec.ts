import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { Clock } from '../../src/platform/clock';
import { PublicFetch } from '../../src/platform/outbound/public-fetch';
import { PublicHosts } from '../../src/platform/outbound/public-hosts';
import { launchChromium } from '../support/chromium';
import { furnish, PEOPLE } from '../support/furnish';
import { Assistant } from '../support/mcp-oauth';
import { MetadataHost } from '../support/metadata-host';
import { post } from '../support/oauth-client';
import { faintTexts, isFitting } from '../support/page-checks';
import { ScratchApp } from '../support/scratch-app';
import { tokenFor } from '../support/tokens';

let folder: string;
let scratch: ScratchApp;
let browser: Browser;
let host: MetadataHost;
let owner: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'mctl-browser-'));
  host = await MetadataHost.start(join(folder, 'ca'));
  scratch = await ScratchApp.start();
  await furnish(scratch);
  owner = await tokenFor(scratch.dataDir, PEOPLE.owner);
  scratch.app.get(PublicFetch).ca = host.ca;
  browser = await launchChromium();
});

afterAll(async () => {
  await browser?.close();
  await scratch?.stop();
  await host?.stop();
  rmSync(folder, { recursive: true, force: true });
});

afterEach(() => jest.restoreAllMocks());

/** What the person does: signs in where asked, allows what is asked. @returns what the browser brought back. */
async function agree(page: Page, assistant: Assistant): Promise<URLSearchParams> {
  await page.goto(assistant.asked?.href ?? '');
  const credential = page.getByLabel('Your MCTL token');
  if ((await credential.count()) > 0) {
    await credential.fill(owner);
    await page.getByRole('button', { name: 'Sign in' }).click();
  }
  await page.getByRole('button', { name: 'Allow', exact: true }).click();
  await page.waitForURL(`${assistant.redirectUrl}?**`);
  return new URL(page.url()).searchParams;
}

const whoami = async ({ client }: ReturnType<Assistant['session']>) =>
  (await client.callTool({ name: 'mctl_whoami', arguments: {} })).structuredContent;

/** What the server says to a call that the assistant's token is not enough for. */
async function challengeTo({ current }: Assistant, call: object): Promise<string> {
  const { headers } = await fetch(new URL('/mcp', scratch.url), {
    method: 'POST',
    headers: {
      authorization: `Bearer ${current?.access_token}`,
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
    },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: call }),
  });
  return headers.get('www-authenticate') ?? '';
}

describe('the official MCP client, which knows nothing but our address', () => {
  it.each(['dynamic registration', 'a client metadata document'])(
    'connects by %s: browser, token, tool call, refresh, step-up, revocation',
    async (registration) => {
      jest.spyOn(scratch.app.get(PublicHosts), 'resolve').mockResolvedValue([{ address: '127.0.0.1', family: 4 }]);
      const isPublished = registration !== 'dynamic registration';
      const assistant = await Assistant.start(isPublished ? host.url() : undefined);
      host.serve({
        client_id: host.url(),
        client_name: 'Published assistant',
        redirect_uris: ['http://127.0.0.1/callback'],
        token_endpoint_auth_method: 'none',
      });
      const context = await browser.newContext();
      const page = await context.newPage();
      const problems: string[] = [];
      page.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
      try {
        const first = assistant.session(scratch.url);
        await expect(first.client.connect(first.transport)).rejects.toMatchObject({ name: 'UnauthorizedError' });
        await first.transport.finishAuth(await agree(page, assistant));
        expect(assistant.steps).toEqual([
          'POST /mcp 401',
          'GET /.well-known/oauth-protected-resource/mcp 200',
          'GET /.well-known/oauth-authorization-server 200',
          ...(isPublished ? [] : ['POST /oauth/register 201']),
          'POST /oauth/token 200',
        ]);
        expect(assistant.information?.client_id).toMatch(isPublished ? /^https:/ : /^c-/);

        const second = assistant.session(scratch.url);
        await second.client.connect(second.transport);
        expect(await whoami(second)).toMatchObject({ user: PEOPLE.owner, auth_method: 'oauth' });

        const before = assistant.current;
        const now = Date.now() + 31 * 60_000;
        jest.spyOn(scratch.app.get(Clock), 'now').mockImplementation(() => new Date(now));
        // The token that the refresh brings is dated by the library's own clock.
        const clock = jest.spyOn(scratch.app.get(Clock), 'now');
        const original = assistant.saveTokens.bind(assistant);
        assistant.saveTokens = (tokens) => {
          clock.mockRestore();
          original(tokens);
        };
        expect(await whoami(second)).toMatchObject({ user: PEOPLE.owner });
        expect(assistant.current?.access_token).not.toBe(before?.access_token);
        expect(assistant.browserSteps).toBe(1);

        const scale = {
          name: 'mctl_scale_service',
          arguments: {
            team: 'billing',
            service: 'api',
            replicas: isPublished ? 3 : 2,
            reason: 'more load',
            wait_seconds: 25,
          },
        };
        assistant.steps.length = 0;
        await expect(second.client.callTool(scale)).rejects.toMatchObject({ name: 'UnauthorizedError' });
        expect(assistant.steps).toContain('POST /mcp 403');
        const challenge = await challengeTo(assistant, scale);
        expect(challenge).toContain('error="insufficient_scope"');
        expect(challenge).toContain('service:config');
        expect(assistant.asked?.searchParams.get('scope')?.split(' ')).toEqual(
          expect.arrayContaining(['platform:read', 'service:config']),
        );
        await page.goto(assistant.asked?.href ?? '');
        const grants = await page.getByRole('listitem').allTextContents();
        expect(grants.filter((grant) => grant.startsWith('new '))).toEqual([expect.stringContaining('service:config')]);
        expect(grants.some((grant) => grant.includes('platform:read'))).toBe(true);
        await second.transport.finishAuth(await agree(page, assistant));
        const third = assistant.session(scratch.url);
        await third.client.connect(third.transport);
        expect((await third.client.callTool(scale)).structuredContent).toMatchObject({
          operation: { status: 'succeeded' },
          commit: { sha: expect.stringMatching(/^[0-9a-f]{40}$/) as unknown },
        });

        const clientId = assistant.information?.client_id ?? '';
        await post(scratch.url, '/oauth/revoke', { token: assistant.current?.refresh_token, client_id: clientId });
        await expect(whoami(third)).rejects.toMatchObject({ name: 'UnauthorizedError' });
        expect(assistant.browserSteps).toBe(3);
        expect(problems).toEqual([]);
      } finally {
        await context.close();
        await assistant.stop();
      }
    },
  );

  it('is out at once when its person disconnects it on the page', async () => {
    const assistant = await Assistant.start();
    const page = await browser.newPage();
    const first = assistant.session(scratch.url);
    await expect(first.client.connect(first.transport)).rejects.toMatchObject({ name: 'UnauthorizedError' });
    await first.transport.finishAuth(await agree(page, assistant));
    const second = assistant.session(scratch.url);
    await second.client.connect(second.transport);
    expect(await whoami(second)).toMatchObject({ user: PEOPLE.owner });
    await page.goto(`${scratch.url}/connect`);
    await page.getByRole('navigation').getByRole('link', { name: 'Your connections' }).click();
    // The newest connection comes first.
    await page
      .getByRole('button', { name: /^Disconnect/ })
      .first()
      .click();
    await page.getByText('is disconnected').waitFor();
    await expect(whoami(second)).rejects.toMatchObject({ name: 'UnauthorizedError' });
    await page.close();
    await assistant.stop();
  });

  it('is told no when the person says no', async () => {
    const assistant = await Assistant.start();
    const page = await browser.newPage();
    const { client, transport } = assistant.session(scratch.url);
    await expect(client.connect(transport)).rejects.toMatchObject({ name: 'UnauthorizedError' });
    await page.goto(assistant.asked?.href ?? '');
    await page.getByLabel('Your MCTL token').fill(owner);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('button', { name: 'Do not allow' }).click();
    await page.waitForURL(`${assistant.redirectUrl}?**`);
    expect(new URL(page.url()).searchParams.get('error')).toBe('access_denied');
    await expect(transport.finishAuth(new URL(page.url()).searchParams)).rejects.toThrow();
    await page.close();
    await assistant.stop();
  });
});

describe('the pages', () => {
  it.each([
    ['phone', 360],
    ['desktop', 1280],
  ])('fit a %s, in light and dark, and can be used by keyboard alone', async (_, width) => {
    for (const colorScheme of ['light', 'dark'] as const) {
      const context = await browser.newContext({
        viewport: { width, height: 800 },
        colorScheme,
        javaScriptEnabled: true,
      });
      const page = await context.newPage();
      const assistant = await Assistant.start();
      const { client, transport } = assistant.session(scratch.url);
      await client.connect(transport).catch(() => undefined);
      await page.goto(assistant.asked?.href ?? '');
      const isWhole = async () => [await isFitting(page), await faintTexts(page)];
      expect(await isWhole()).toEqual([true, []]);
      // The field has the focus from the start.
      await page.keyboard.type(owner);
      await page.keyboard.press('Enter');
      await page.getByRole('heading', { name: /^Let Assistant of the test/ }).waitFor();
      expect(await isWhole()).toEqual([true, []]);
      if (process.env.MCTL_TEST_SCREENSHOTS) {
        await page.screenshot({
          path: join(process.env.MCTL_TEST_SCREENSHOTS, `consent-${width}-${colorScheme}.png`),
          fullPage: true,
        });
      }
      await page.getByRole('button', { name: 'Allow', exact: true }).focus();
      await page.keyboard.press('Enter');
      await page.waitForURL(`${assistant.redirectUrl}?**`);
      // A connection begins with its code, not with the yes.
      await transport.finishAuth(new URL(page.url()).searchParams);
      await page.goto(`${scratch.url}/connections`);
      expect(await isWhole()).toEqual([true, []]);
      expect(await page.title()).toBe('Your connections – MCTL');
      if (process.env.MCTL_TEST_SCREENSHOTS) {
        await page.screenshot({
          path: join(process.env.MCTL_TEST_SCREENSHOTS, `connections-${width}-${colorScheme}.png`),
          fullPage: true,
        });
      }
      const count = await page.getByRole('button', { name: /^Disconnect/ }).count();
      await page
        .getByRole('button', { name: /^Disconnect/ })
        .first()
        .click();
      await page.getByText('is disconnected').waitFor();
      expect(await page.getByRole('button', { name: /^Disconnect/ }).count()).toBe(count - 1);
      await page.getByRole('button', { name: 'Sign out' }).click();
      await page.getByRole('heading', { name: 'Sign in to MCTL' }).waitFor();
      await context.close();
      await assistant.stop();
    }
  });
});
