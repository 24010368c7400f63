import { join } from 'node:path';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { Intakes } from '../../src/intake';
import { SecretStore } from '../../src/platform/secrets';
import { launchChromium } from '../support/chromium';
import { furnish, PEOPLE } from '../support/furnish';
import { ScratchApp } from '../support/scratch-app';
import { tokenFor } from '../support/tokens';

/** Where pictures of the pages go, for a person to look at; none are taken without it. */
const SHOTS = process.env.MCTL_TEST_SHOTS;
const KEY = '-----BEGIN PRIVATE KEY-----\n  indented\n\n-----END PRIVATE KEY-----\n';

const LOOKS: Record<string, BrowserContextOptions> = {
  light: { viewport: { width: 1100, height: 800 } },
  dark: { viewport: { width: 1100, height: 800 }, colorScheme: 'dark' },
  phone: { viewport: { width: 390, height: 844 }, hasTouch: true },
  narrow: { viewport: { width: 320, height: 640 } },
};

let browser: Browser;
let scratch: ScratchApp;
let credential: string;
let complaints: string[];

beforeAll(async () => {
  browser = await launchChromium();
  scratch = await ScratchApp.start();
  await furnish(scratch);
  credential = await tokenFor(scratch.dataDir, PEOPLE.developer);
});

afterAll(async () => {
  await browser?.close();
  await scratch?.stop();
});

async function linkFor(...names: string[]): Promise<string> {
  const request = { team: 'billing', service: 'api', names, purpose: 'environment variables of api' };
  return (await scratch.app.get(Intakes).open({ login: PEOPLE.developer }, request)).url;
}

async function visit(link: string, look: BrowserContextOptions = {}): Promise<Page> {
  const page = await (await browser.newContext(look)).newPage();
  complaints = [];
  page.on('console', (message) => complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(error.message));
  await page.goto(link);
  return page;
}

async function shoot(page: Page, name: string): Promise<void> {
  if (SHOTS) await page.screenshot({ path: join(SHOTS, `${name}.png`), fullPage: true });
}

async function signIn(page: Page, token = credential): Promise<void> {
  await page.getByLabel('Your MCTL token').fill(token);
  await page.getByRole('button', { name: 'Sign in' }).click();
}

const isWideEnough = (page: Page) =>
  page.evaluate(() => document.documentElement.scrollWidth <= document.documentElement.clientWidth);

describe.each(Object.entries(LOOKS))('a person with a browser (%s)', (look, options) => {
  it('signs in, enters values and is told that they are kept', async () => {
    const names = [`STRIPE_KEY_${look.toUpperCase()}`, `A_NAME_${look}_`.repeat(9)];
    const page = await visit(await linkFor(...names), options);
    await shoot(page, `${look}-1-sign-in`);
    expect([await isWideEnough(page), complaints]).toEqual([true, []]);
    await signIn(page);
    await page.getByText('No assistant sees what you enter').waitFor();
    await shoot(page, `${look}-3-form`);
    const fields = page.getByRole('textbox');
    await fields.nth(0).fill(KEY);
    await fields.nth(1).fill('  sk_live_1 ');
    const hidden = await fields
      .nth(0)
      .evaluate((field) => getComputedStyle(field).getPropertyValue('-webkit-text-security'));
    await shoot(page, `${look}-5-filled`);
    await page.getByLabel('Show what I enter').check();
    const shown = await fields
      .nth(0)
      .evaluate((field) => getComputedStyle(field).getPropertyValue('-webkit-text-security'));
    expect([hidden, shown]).toEqual(['disc', 'none']);
    await page.getByRole('button', { name: 'Store these 2 values' }).click();
    await page.getByText('You are done here').waitFor();
    await shoot(page, `${look}-7-done`);
    expect(await page.getByRole('cell', { name: 'version 1' }).count()).toBe(2);
    expect([await isWideEnough(page), complaints]).toEqual([true, []]);
    const secrets = scratch.app.get(SecretStore);
    const values = await Promise.all([...names].sort().map((name) => secrets.read('billing', 'api', name)));
    expect(values.map((value) => value?.reveal())).toEqual([KEY, '  sk_live_1 ']);
    expect((await page.reload())?.status()).toBe(200);
    const elsewhere = await browser.newContext();
    expect((await (await elsewhere.newPage()).goto(page.url()))?.status()).toBe(404);
    await elsewhere.close();
    await page.context().close();
  });
});

describe('the page in a browser', () => {
  it('says what was wrong with a sign-in, and takes the next one', async () => {
    const page = await visit(await linkFor('SIGN_IN'));
    await signIn(page, 'not-a-token');
    await page.getByRole('alert').waitFor();
    expect(await page.getByRole('alert').textContent()).toContain('The token is of no kind that is taken here.');
    await shoot(page, 'light-2-sign-in-error');
    await signIn(page);
    await page.getByLabel('SIGN_IN').waitFor();
    await page.context().close();
  });

  it('points at what is missing, with nothing of what was entered', async () => {
    for (const look of ['light', 'dark', 'phone']) {
      const page = await visit(await linkFor('FIRST', 'SECOND'), LOOKS[look]);
      await signIn(page);
      await page.getByLabel('FIRST').fill('canary');
      await page.evaluate(() => document.querySelectorAll('textarea').forEach((field) => (field.required = false)));
      await page.getByRole('button', { name: 'Store these' }).click();
      await page.getByRole('alert').waitFor();
      await shoot(page, `${look}-4-form-error`);
      expect(await page.content()).not.toContain('canary');
      expect(await page.getByLabel('SECOND').evaluate((field) => field === document.activeElement)).toBe(true);
      expect(await page.getByLabel('SECOND').getAttribute('aria-invalid')).toBe('true');
      await page.context().close();
    }
  });

  it('is walked through with the keyboard alone', async () => {
    const page = await visit(await linkFor('KEYBOARD'));
    await page.keyboard.type(credential);
    await page.keyboard.press('Enter');
    await page.getByLabel('KEYBOARD').waitFor();
    await page.keyboard.type('typed');
    for (const key of ['Tab', 'Tab', 'Enter']) await page.keyboard.press(key);
    await page.getByText('You are done here').waitFor();
    expect((await scratch.app.get(SecretStore).read('billing', 'api', 'KEYBOARD'))?.reveal()).toBe('typed');
    await page.context().close();
  });

  it('cannot be sent from a page of another site, nor shown in one', async () => {
    const link = await linkFor('FOREIGN');
    const page = await visit(link);
    await signIn(page);
    await page.getByLabel('FOREIGN').waitFor();
    const form = await page.locator('input[name=form]').inputValue();
    const evil = await page.context().newPage();
    await evil.goto('data:text/html,<p>evil');
    await evil.setContent(
      `<form method="post" action="${link}"><input name="step" value="store"><input name="form" value="${form}"><input name="secret-0" value="stolen"><button>go</button></form><iframe src="${link}"></iframe>`,
    );
    const answer = evil.waitForResponse((response) => response.request().method() === 'POST');
    await evil.getByRole('button').click();
    expect((await answer).status()).toBe(403);
    expect(await scratch.app.get(SecretStore).read('billing', 'api', 'FOREIGN')).toBeUndefined();
    await page.context().close();
  });

  it('of a link that is none explains itself', async () => {
    for (const look of ['light', 'dark']) {
      const page = await visit(`${scratch.url}/intake/${'A'.repeat(43)}`, LOOKS[look]);
      expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe('This link is not valid, or no longer');
      await shoot(page, `${look}-8-gone`);
      await page.context().close();
    }
  });
});
