import { join } from 'node:path';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { launchChromium } from '../support/chromium';
import { furnish, PEOPLE } from '../support/furnish';
import { faintTexts, focused, isFitting } from '../support/page-checks';
import { ScratchApp } from '../support/scratch-app';
import { tokenFor } from '../support/tokens';

/** Where pictures of the pages go, for a person to look at; none are taken without it. */
const SHOTS = process.env.MCTL_TEST_SHOTS;

const LOOKS: [string, BrowserContextOptions][] = [
  ['phone, light', { viewport: { width: 360, height: 740 }, hasTouch: true }],
  ['phone, dark', { viewport: { width: 360, height: 740 }, hasTouch: true, colorScheme: 'dark' }],
  ['desktop, light', { viewport: { width: 1280, height: 800 } }],
  ['desktop, dark', { viewport: { width: 1280, height: 800 }, colorScheme: 'dark' }],
];

let browser: Browser;
let scratch: ScratchApp;
let complaints: string[];

beforeAll(async () => {
  browser = await launchChromium();
  scratch = await ScratchApp.start();
  await furnish(scratch);
});

afterAll(async () => {
  await browser?.close();
  await scratch?.stop();
});

/** Arrives at the front door and signs in. */
async function enter(login: string, options: BrowserContextOptions = {}): Promise<Page> {
  const context = await browser.newContext(options);
  await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: scratch.url });
  const page = await context.newPage();
  complaints = [];
  page.on('console', (message) => complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(error.message));
  await page.goto(`${scratch.url}/`);
  await page.getByLabel('Your MCTL token').fill(await tokenFor(scratch.dataDir, login));
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.waitForURL(`${scratch.url}/connect`);
  return page;
}

const clipboard = (page: Page): Promise<string> => page.evaluate('navigator.clipboard.readText()');

describe.each(LOOKS)('a person with a %s', (look, options) => {
  it('signs in, sees their teams, copies a configuration, tries it and signs out', async () => {
    const page = await enter(PEOPLE.developer, options);
    expect(await page.title()).toBe('Connect – MCTL');
    expect(await page.getByRole('row', { name: 'billing developer' }).count()).toBe(1);
    const isWhole = async () => [await isFitting(page), await faintTexts(page), complaints];
    expect(await isWhole()).toEqual([true, [], []]);

    for (const summary of await page.locator('details > summary').all()) await summary.click();
    expect(await isWhole()).toEqual([true, [], []]);
    await page.getByRole('button', { name: 'Copy .vscode/mcp.json' }).click();
    await page.getByText('Copied: .vscode/mcp.json').waitFor();
    expect(JSON.parse(await clipboard(page))).toEqual({
      servers: { mctl: { type: 'http', url: `${scratch.url}/mcp` } },
    });

    await page.getByRole('button', { name: 'Call mctl_whoami' }).click();
    await page.getByRole('status').filter({ hasText: 'knows you as dave' }).waitFor();
    expect(await page.locator('#answer').textContent()).toContain('developer of billing');
    await page.getByText('The answer, as an assistant gets it').click();
    const answer = await page.locator('#try pre').textContent();
    expect(JSON.parse(answer ?? '')).toMatchObject({ user: 'dave', teams: [{ name: 'billing', role: 'developer' }] });
    expect(await isWhole()).toEqual([true, [], []]);
    if (SHOTS) await page.screenshot({ path: join(SHOTS, `connect ${look}.png`), fullPage: true });

    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('heading', { name: 'Sign in to MCTL' }).waitFor();
    await page.goto(`${scratch.url}/connect`);
    expect(page.url()).toBe(`${scratch.url}/sign-in?to=/connect`);
    await page.context().close();
  });
});

describe('the page', () => {
  it('is walked through with the keyboard alone, from top to bottom, and every stop can be seen', async () => {
    const page = await enter(PEOPLE.developer);
    const stops: string[] = [];
    for (let stop = 0; stop < 25; stop += 1) {
      await page.keyboard.press('Tab');
      stops.push(await focused(page));
      expect(await page.evaluate(`getComputedStyle(document.activeElement).outlineStyle`)).toBe('solid');
      if (stops.at(-1)?.startsWith('Sign out')) break;
    }
    expect(stops).toEqual([
      'Copy MCP endpoint',
      'your connections',
      'Claude Code',
      'Claude Desktop',
      'Cursor',
      'VS Code with GitHub Copilot',
      'GitHub Copilot CLI',
      'GitHub Copilot cloud agent',
      'Gemini CLI',
      'Any other MCP client',
      'REST, with curl',
      'A token',
      'Call mctl_whoami',
      'Your connections',
      'REST documentation',
      'Sign out of this browser',
    ]);
    await page.context().close();
  });

  it('opens a client and copies with the keyboard alone', async () => {
    const page = await enter(PEOPLE.developer);
    await page.locator('summary', { hasText: 'Claude Code' }).focus();
    for (const key of ['Enter', 'Tab', 'Enter']) await page.keyboard.press(key);
    await page.getByText('Copied: Terminal').waitFor();
    expect(await clipboard(page)).toBe(`claude mcp add --transport http mctl ${scratch.url}/mcp`);
    await page.context().close();
  });

  it('selects what it may not copy', async () => {
    const page = await enter(PEOPLE.developer);
    await page.evaluate(`navigator.clipboard.writeText = () => Promise.reject(new Error('no'))`);
    await page.getByRole('button', { name: 'Copy MCP endpoint' }).click();
    await page.getByText('Selected: copy it').waitFor();
    expect(await page.evaluate('String(getSelection())')).toBe(`${scratch.url}/mcp`);
    await page.context().close();
  });

  it('works without a script: no button that does nothing, one click selects all, the tool is called', async () => {
    const page = await enter(PEOPLE.developer, { javaScriptEnabled: false });
    expect(await page.getByRole('button', { name: /^Copy/ }).count()).toBe(0);
    expect(await page.locator('#snippet-mcp-endpoint').textContent()).toBe(`${scratch.url}/mcp`);
    const styles = await page.locator('#snippet-mcp-endpoint').evaluate((each) => getComputedStyle(each).userSelect);
    expect(styles).toBe('all');
    await page.locator('summary', { hasText: 'Cursor' }).click();
    expect(await page.getByText('~/.cursor/mcp.json').isVisible()).toBe(true);
    await page.getByRole('button', { name: 'Call mctl_whoami' }).click();
    await page.getByText('knows you as dave').waitFor();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('heading', { name: 'Sign in to MCTL' }).waitFor();
    await page.context().close();
  });

  it('runs no script but its own', async () => {
    const page = await enter(PEOPLE.developer);
    await page.evaluate(`(() => {
      const script = document.createElement('script');
      script.textContent = 'window.hasRun = true';
      document.body.append(script);
    })()`);
    expect(await page.evaluate('window.hasRun')).toBeUndefined();
    expect(complaints.join()).toContain('Content Security Policy');
    await page.context().close();
  });

  it('has one landmark of each kind, a heading for every part, a language, and a name for every button', async () => {
    const page = await enter(PEOPLE.developer);
    const counts = await page.evaluate(
      `['header', 'main', 'nav', 'footer', 'h1'].map((name) => document.querySelectorAll(name).length)`,
    );
    expect(counts).toEqual([1, 1, 1, 1, 1]);
    expect(await page.locator('html').getAttribute('lang')).toBe('en');
    const ids: string[] = await page.evaluate(`[...document.querySelectorAll('[id]')].map(({ id }) => id)`);
    expect(new Set(ids).size).toBe(ids.length);
    const parts = await page.getByRole('region').all();
    expect(await Promise.all(parts.map((part) => part.getByRole('heading').first().textContent()))).toEqual([
      'What you may do',
      'The address of MCTL',
      'Your client',
      'Try it',
    ]);
    await page.context().close();
  });
});
