import { createHmac } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import {
  applyDecorators,
  type CanActivate,
  type ExecutionContext,
  Inject,
  Injectable,
  SetMetadata,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Request } from 'express';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { Config } from '../config';
import { SETTINGS } from '../config/settings';
import { isSameSecret } from '../crypto';
import { Unauthenticated, Unavailable } from '../errors';
import { viaOf } from '../http/via';
import { parseWebhookBody, readWebhookBody } from '../http/webhook-body';
import { log } from '../logging';
import { requestOf } from '../mcp/call';
import { webhookDeliveries } from '../metrics/instruments';
import { GuardedBy, Uncounted } from './access-rule';
import type { Actor } from './actor';
import { SIGNATURE_HEADERS, type WebhookRule } from './webhook-rule';

/** Shorter ones can be guessed. */
const LEAST_LENGTH = 16;
const QUIET_MS = 60_000;
const WEBHOOK_RULE = 'mctl:webhook';
const MIB = 1024 * 1024;
/** What Alertmanager sends of one large group; it drops for good what is refused. Read only of whoever has proven the secret. */
const PROVEN_BODY_LIMIT = 8 * MIB;
/** A signature is over the body, so this much anybody can make us read; GitHub's events of our kinds have some ten KiB. */
const SIGNED_BODY_LIMIT = MIB;
const SIGNATURE = /^sha256=[0-9a-f]{64}$/;
const NO_BYTES = Buffer.alloc(0);

/**
 * Lets a webhook's sender pass who proves to know the secret. Whoever does not is told the same whether the secret is wrong, missing or
 * not configured; the log has which.
 */
@Injectable()
export class WebhookGate implements CanActivate {
  private readonly limiter: RateLimiterMemory;
  private readonly warnedAt = new Map<string, number>();

  constructor(
    @Inject(Config) private readonly config: Config,
    @Inject(Reflector) private readonly reflector: Reflector,
  ) {
    this.limiter = new RateLimiterMemory({ points: config.values.webhooksPerMinute, duration: 60 });
  }

  canActivate(context: ExecutionContext): Promise<true> {
    return this.admit(this.reflector.get<WebhookRule>(WEBHOOK_RULE, context.getHandler()), requestOf(context));
  }

  /** @throws Unauthenticated; Unavailable, so that the sender tries again, where the secret cannot be read or too much comes at once. */
  async admit(rule: WebhookRule, request: Request & { user?: Actor }): Promise<true> {
    let outcome = 'failed';
    try {
      await this.judge(rule, request);
      outcome = 'accepted';
      return true;
    } catch (error) {
      if (error instanceof Unauthenticated) outcome = 'refused';
      throw error;
    } finally {
      webhookDeliveries.inc({ webhook: rule.webhook, outcome });
    }
  }

  private async judge(rule: WebhookRule, request: Request & { user?: Actor }): Promise<void> {
    const secret = await this.secretOf(rule);
    const body = secret === undefined ? undefined : await provenBody(rule, secret, request);
    if (body === undefined) {
      this.warn(
        rule,
        secret === undefined ? 'it is closed: no secret is configured' : 'the proof of the secret is wrong',
      );
      throw new Unauthenticated('This webhook takes only what proves its secret.', {
        fix: 'Whoever runs MCTL finds the reason in its log.',
      });
    }
    await this.count(rule);
    parseWebhookBody(request, rule.proof === 'bearer' ? await readWebhookBody(request, PROVEN_BODY_LIMIT) : body);
    // A login that no identity provider has (see `LOGIN_PATTERN`), and no rights beyond this route.
    request.user = { login: `webhook:${rule.webhook}`, method: 'system', isAdmin: false, via: viaOf(request) };
  }

  /** Read at every use, so that it can be rotated. Undefined = closed. */
  private async secretOf(rule: WebhookRule): Promise<string | undefined> {
    const file = this.config.values[rule.secretFile];
    if (file === undefined) return undefined;
    const secret = await readFile(file, 'utf8').then(
      (text) => text.trim(),
      () => '',
    );
    if (secret.length >= LEAST_LENGTH) return secret;
    this.warn(rule, `the file of its secret cannot be read, or holds less than ${LEAST_LENGTH} characters`);
    throw new Unavailable('The secret of this webhook cannot be read, so nothing was taken.', {
      code: 'webhook_secret_unreadable',
    });
  }

  private async count({ webhook }: WebhookRule): Promise<void> {
    try {
      await this.limiter.consume(webhook);
    } catch (error) {
      if (!(error instanceof RateLimiterRes)) throw error;
      const retryAfterSeconds = Math.max(1, Math.ceil(error.msBeforeNext / 1000));
      // 503 and not 429: Alertmanager tries again after that one only.
      throw new Unavailable('More deliveries came than this webhook takes in a minute.', {
        code: 'webhook_flood',
        retryAfterSeconds,
        fix: `Wait ${retryAfterSeconds} s.`,
      });
    }
  }

  /** Once a minute for each: anybody can knock. */
  private warn({ webhook, secretFile }: WebhookRule, why: string): void {
    const key = `${webhook}\0${why}`;
    const now = Date.now();
    if (now - (this.warnedAt.get(key) ?? 0) < QUIET_MS) return;
    this.warnedAt.set(key, now);
    log.warn({ webhook, setting: SETTINGS[secretFile].name, why }, 'a webhook delivery was refused');
  }
}

/** Closes a route by the secret of the program that calls it. */
export const Webhook = (rule: WebhookRule) =>
  applyDecorators(SetMetadata(WEBHOOK_RULE, rule), GuardedBy(WebhookGate), Uncounted()) as MethodDecorator;

/**
 * What the proof was about: nothing for a secret in a header, the bytes of the body for a signature. Undefined without a proof; nothing is read
 * then of a sender who does not even show one.
 */
async function provenBody({ proof }: WebhookRule, secret: string, request: Request): Promise<Buffer | undefined> {
  if (proof === 'bearer') {
    const [, token] = /^Bearer +(\S.*)$/i.exec(request.headers.authorization ?? '') ?? [];
    return token !== undefined && isSameSecret(token.trim(), secret) ? NO_BYTES : undefined;
  }
  const given = request.headers[SIGNATURE_HEADERS[proof]];
  if (typeof given !== 'string' || !SIGNATURE.test(given)) return undefined;
  const body = await readWebhookBody(request, SIGNED_BODY_LIMIT);
  const expected = createHmac('sha256', secret).update(body).digest('hex');
  return isSameSecret(given, `sha256=${expected}`) ? body : undefined;
}
