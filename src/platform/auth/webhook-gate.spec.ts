import { createHmac } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { Reflector } from '@nestjs/core';
import type { Request } from 'express';
import { readConfig } from '../config';
import { log } from '../logging';
import { LOGIN_PATTERN, type Actor } from './actor';
import { WebhookGate } from './webhook-gate';
import type { WebhookRule } from './webhook-rule';

const SECRET = 'sixteen letters!';
const ALERTS: WebhookRule = { webhook: 'alertmanager', proof: 'bearer', secretFile: 'alertmanagerSecretFile' };
const SIGNED: WebhookRule = { webhook: 'github', proof: 'hub-signature', secretFile: 'githubWebhookSecretFile' };

let folder: string;
let file: string;
let warn: jest.SpyInstance;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mctl-gate-'));
  file = join(folder, 'secret');
  writeFileSync(file, `${SECRET}\n`);
  warn = jest.spyOn(log, 'warn').mockImplementation(() => undefined);
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
  jest.restoreAllMocks();
});

function gate(env: Record<string, string> = {}): WebhookGate {
  return new WebhookGate(
    readConfig({
      MCTL_DATA_DIR: folder,
      MCTL_ALERTMANAGER_SECRET_FILE: file,
      MCTL_GITHUB_WEBHOOK_SECRET_FILE: file,
      ...env,
    }),
    new Reflector(),
  );
}

type SentRequest = Request & { user?: Actor };

function request(headers: Record<string, string>, body?: string): SentRequest {
  const sent = body === undefined ? [] : [Buffer.from(body)];
  const length = body === undefined ? {} : { 'content-length': String(sent[0]?.length) };
  const place = { url: '/api/v1/webhooks/x', path: '/api/v1/webhooks/x', headers: { ...headers, ...length } };
  return Object.assign(Readable.from(sent), place) as unknown as SentRequest;
}

const sign = (body: string, secret = SECRET, hash = 'sha256') =>
  `sha256=${createHmac(hash, secret).update(body).digest('hex')}`;
const verdict = (rule: WebhookRule, headers: Record<string, string>, body?: string, env = {}) =>
  gate(env)
    .admit(rule, request(headers, body))
    .then(
      () => 'admitted',
      (error: unknown) => (error as { code?: string }).code,
    );

it.each([
  [`Bearer ${SECRET}`, 'admitted'],
  [`bearer   ${SECRET}  `, 'admitted'],
  [`Bearer ${SECRET}!`, 'unauthenticated'],
  [`Bearer ${SECRET.slice(1)}`, 'unauthenticated'],
  [SECRET, 'unauthenticated'],
  ['Bearer ', 'unauthenticated'],
  ['Bearer', 'unauthenticated'],
  ['', 'unauthenticated'],
])('takes the secret as bearer credential and nothing else: %p is %s', async (authorization, expected) => {
  expect(await verdict(ALERTS, { authorization })).toBe(expected);
});

it.each([
  ['the bytes that came', sign('{"a":1}'), '{"a":1}', 'admitted'],
  ['no bytes', sign(''), undefined, 'admitted'],
  ['other bytes', sign('{"a":1}'), '{"a": 1}', 'unauthenticated'],
  ['another secret', sign('{}', 'sixteen letters?'), '{}', 'unauthenticated'],
  ['another hash', sign('{}', SECRET, 'sha512'), '{}', 'unauthenticated'],
  ['upper case', sign('{}').toUpperCase(), '{}', 'unauthenticated'],
  ['the bare digest', sign('{}').slice(7), '{}', 'unauthenticated'],
])('takes a signature over %s', async (_, signature, body, expected) => {
  expect(await verdict(SIGNED, { 'x-hub-signature-256': signature }, body)).toBe(expected);
});

it('is closed to everybody without a signature, also to who knows the secret', async () => {
  expect(await verdict(SIGNED, { authorization: `Bearer ${SECRET}` }, '{}')).toBe('unauthenticated');
});

it('is closed where no file is named, also to an empty secret', async () => {
  const none = { MCTL_ALERTMANAGER_SECRET_FILE: '', MCTL_GITHUB_WEBHOOK_SECRET_FILE: '' };
  expect(await verdict(ALERTS, { authorization: 'Bearer undefined' }, undefined, none)).toBe('unauthenticated');
  expect(await verdict(SIGNED, { 'x-hub-signature-256': sign('{}', '') }, '{}', none)).toBe('unauthenticated');
});

it('asks to come again where the file is gone, empty or too short', async () => {
  for (const text of [undefined, '', 'x'.repeat(15)]) {
    rmSync(file, { force: true });
    if (text !== undefined) writeFileSync(file, text);
    expect(await verdict(ALERTS, { authorization: `Bearer ${text}` })).toBe('webhook_secret_unreadable');
  }
});

it('reads the file at every use, so that the secret can be rotated', async () => {
  const one = gate();
  await one.admit(ALERTS, request({ authorization: `Bearer ${SECRET}` }));
  writeFileSync(file, 'another secret of 27 letters');
  await expect(one.admit(ALERTS, request({ authorization: `Bearer ${SECRET}` }))).rejects.toThrow();
});

it.each([
  ['no secret', ALERTS, {}],
  ['a wrong secret', ALERTS, { authorization: 'Bearer not-the-secret-of-it' }],
  ['no signature', SIGNED, {}],
  ['half a signature', SIGNED, { 'x-hub-signature-256': sign('{}').slice(0, 40) }],
])('S03 reads nothing of a sender who shows %s', async (_, rule, headers) => {
  const sent = request(headers, '{"a":1}');
  await expect(gate().admit(rule, sent)).rejects.toMatchObject({ code: 'unauthenticated' });
  expect([sent.readableDidRead, sent.body]).toEqual([false, undefined]);
});

it('S70 parses what came only after its proof', async () => {
  const broken = request({ 'x-hub-signature-256': sign('{}') }, '{"a":');
  await expect(gate().admit(SIGNED, broken)).rejects.toMatchObject({ code: 'unauthenticated' });
  const proven = request({ 'x-hub-signature-256': sign('{"a":') }, '{"a":');
  await expect(gate().admit(SIGNED, proven)).rejects.toMatchObject({ code: 'invalid_input' });
});

it('gives the route what came, without the keys that nobody sends in good faith', async () => {
  const text = '{"a":{"__proto__":{"b":1},"c":2}}';
  const sent = request({ 'x-hub-signature-256': sign(text) }, text);
  await gate().admit(SIGNED, sent);
  expect(JSON.stringify(sent.body)).toBe('{"a":{"c":2}}');
});

it('gives the sender a name that no person can have, and no rights', async () => {
  const admitted = request({ authorization: `Bearer ${SECRET}` });
  await gate().admit(ALERTS, admitted);
  expect(admitted.user).toMatchObject({ login: 'webhook:alertmanager', isAdmin: false, method: 'system' });
  expect(admitted.user?.login).not.toMatch(LOGIN_PATTERN);
});

it('limits each webhook by itself, and only what was proven', async () => {
  const one = gate({ MCTL_WEBHOOKS_PER_MINUTE: '1' });
  const proven = () => request({ authorization: `Bearer ${SECRET}` });
  await expect(one.admit(ALERTS, request({}))).rejects.toMatchObject({ code: 'unauthenticated' });
  await expect(one.admit(ALERTS, proven())).resolves.toBe(true);
  await expect(one.admit(ALERTS, proven())).rejects.toMatchObject({ code: 'webhook_flood', retryable: true });
  await expect(one.admit(SIGNED, request({ 'x-hub-signature-256': sign('') }))).resolves.toBe(true);
});

it('logs once a minute why, and never what was sent', async () => {
  const one = gate();
  for (let index = 0; index < 5; index++) {
    await one.admit(ALERTS, request({ authorization: 'Bearer stolen-secret-of-somebody' })).catch(() => undefined);
  }
  expect(warn).toHaveBeenCalledTimes(1);
  expect(JSON.stringify(warn.mock.calls)).toMatch(/MCTL_ALERTMANAGER_SECRET_FILE.*the proof of the secret is wrong/);
  expect(JSON.stringify(warn.mock.calls)).not.toMatch(/stolen|sixteen/);
});
