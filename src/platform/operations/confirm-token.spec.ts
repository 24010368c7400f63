import { openTestStore } from '../../../test/support/test-store';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Keys } from '../keys';
import { Store } from '../store';
import { ConfirmTokens } from './confirm-token';

const confirmation = {
  actor: 'ada',
  operation: 'delete-tenant',
  argsDigest: 'a'.repeat(64),
  planDigest: 'b'.repeat(64),
};

describe('ConfirmTokens', () => {
  let folder: string;
  let store: Store;
  let tokens: ConfirmTokens;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'mctl-tokens-'));
    store = await openTestStore(folder);
    tokens = new ConfirmTokens(Keys.open(folder), store);
  });

  afterEach(async () => {
    jest.useRealTimers();
    await store.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const use = async (token: string) => {
    const opened = await tokens.open(token, confirmation);
    await store.transaction((transaction) => tokens.consume(transaction, opened));
  };

  it('gives back what was sealed, for ten minutes', async () => {
    const { token, expiresAt } = await tokens.seal(confirmation);
    const opened = await tokens.open(token, confirmation);
    expect(opened).toMatchObject(confirmation);
    expect(opened.expiresAt.getTime()).toBe(Math.floor(expiresAt.getTime() / 1000) * 1000);
  });

  it('says nothing of what is in it', async () => {
    const { token } = await tokens.seal(confirmation);
    for (const part of token.split('.')) {
      expect(Buffer.from(part, 'base64url').toString()).not.toMatch(/ada|delete-tenant|aaaa|bbbb/);
    }
  });

  it.each([
    ['another caller', { ...confirmation, actor: 'grace' }],
    ['another operation', { ...confirmation, operation: 'retire-service' }],
    ['other arguments', { ...confirmation, argsDigest: 'c'.repeat(64) }],
  ])('is refused to %s', async (_, expected) => {
    const { token } = await tokens.seal(confirmation);
    await expect(tokens.open(token, expected)).rejects.toMatchObject({ code: 'confirmation_invalid' });
  });

  it('S50 is refused with any character changed, cut short, empty or of another kind', async () => {
    const { token } = await tokens.seal(confirmation);
    const changed = [...token].flatMap((character, index) =>
      index % 7 === 0 && character !== '.'
        ? [`${token.slice(0, index)}${character === 'A' ? 'B' : 'A'}${token.slice(index + 1)}`]
        : [],
    );
    // The last character of the seal has four bits too many: these spell the same bytes.
    const last = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'];
    const respelt = [...last.map((each) => `${token.slice(0, -1)}${each}`), `${token}=`, ` ${token}`].filter(
      (each) => each !== token,
    );
    const unsigned = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${Buffer.from('{}').toString('base64url')}.`;
    for (const bad of [...changed, ...respelt, token.slice(0, -8), '', 'x', unsigned]) {
      await expect(tokens.open(bad, confirmation)).rejects.toMatchObject({ code: 'confirmation_invalid' });
    }
  });

  it('is refused to an installation with other keys', async () => {
    const other = mkdtempSync(join(tmpdir(), 'mctl-tokens-'));
    const { token } = await new ConfirmTokens(Keys.open(other), store).seal(confirmation);
    rmSync(other, { recursive: true });
    await expect(tokens.open(token, confirmation)).rejects.toThrow(/gave it for no call/);
  });

  it('expires', async () => {
    jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask'], now: Date.now() });
    const { token, expiresAt } = await tokens.seal(confirmation);
    jest.setSystemTime(expiresAt.getTime() - 2_000);
    await expect(tokens.open(token, confirmation)).resolves.toBeDefined();
    jest.setSystemTime(expiresAt.getTime() + 1_000);
    await expect(tokens.open(token, confirmation)).rejects.toThrow(/expired/);
  });

  it('S21 tells whoever holds one of another call nothing, not even that it was one', async () => {
    const { token, expiresAt } = await tokens.seal(confirmation);
    const told = async (given: string): Promise<unknown> =>
      tokens.open(given, { ...confirmation, actor: 'grace' }).catch((error: unknown) => String(error));
    const ofNobody = await told('let-me-in');
    expect(ofNobody).toContain('The confirm_token is not valid.');
    expect(await told(token)).toBe(ofNobody);
    jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate'] });
    jest.setSystemTime(expiresAt.getTime() + 1_000);
    expect(await told(token)).toBe(ofNobody);
  });

  it('S51 is used once, also by a hundred at the same moment', async () => {
    const { token } = await tokens.seal(confirmation);
    const uses = await Promise.allSettled(Array.from({ length: 100 }, () => use(token)));
    expect(uses.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    await expect(use(token)).rejects.toThrow(/used already/);
  });

  it('of a form is no argument, nor the other way round', async () => {
    const { token } = await tokens.seal(confirmation);
    const asked = await tokens.sealAs('form', await tokens.open(token, confirmation));
    await expect(tokens.open(asked, confirmation)).rejects.toMatchObject({ code: 'confirmation_invalid' });
    await expect(tokens.open(token, confirmation, 'form')).rejects.toMatchObject({ code: 'confirmation_invalid' });
    await expect(tokens.open(asked, confirmation, 'form')).resolves.toMatchObject(confirmation);
  });

  it('S51 is used with every other of the same questions, whatever plan each was for', async () => {
    const first = await tokens.open((await tokens.seal(confirmation)).token, confirmation);
    jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask'], now: Date.now() + 60_000 });
    const later = await tokens.open((await tokens.seal({ ...confirmation, planDigest: 'd' })).token, confirmation);
    const again = await tokens.open(await tokens.sealAs('form', later, first), confirmation, 'form');
    expect(again).toEqual({ ...first, planDigest: 'd' });
    const consume = (opened: typeof again) => store.transaction((transaction) => tokens.consume(transaction, opened));
    await consume(again);
    await expect(consume(first)).rejects.toThrow(/used already/);
    await consume(later);
  });

  it('stays used until it would have expired', async () => {
    const { token, expiresAt } = await tokens.seal(confirmation);
    await use(token);
    await use((await tokens.seal(confirmation)).token);
    await expect(use(token)).rejects.toThrow(/used already/);
    jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask'], now: expiresAt.getTime() + 1_000 });
    await expect(use(token)).rejects.toThrow(/expired/);
    await use((await tokens.seal(confirmation)).token);
    expect(await store.db.selectFrom('confirmations').selectAll().execute()).toHaveLength(1);
  });
});
