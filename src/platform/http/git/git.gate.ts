import { readFile } from 'node:fs/promises';
import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import type { Request } from 'express';
import { FailedSignIns, knockOf } from '../../auth/failed-sign-ins';
import { RateLimits } from '../../auth/rate-limits';
import { Config } from '../../config';
import { isSameSecret } from '../../crypto';
import { NotFound, Unauthenticated, Unavailable } from '../../errors';
import { log } from '../../logging';
import { requestOf } from '../../mcp/call';
import { viaOf } from '../via';

/** The user name that git clients send with the password. */
export const GIT_USER = 'git';
/** Shorter ones can be guessed. */
export const LEAST_GIT_PASSWORD = 16;

/**
 * Lets whoever follows the embedded repository read it: with a password of its own, which opens nothing else, and which no token of a person
 * can take the place of.
 */
@Injectable()
export class GitGate implements CanActivate {
  constructor(
    @Inject(Config) private readonly config: Config,
    @Inject(FailedSignIns) private readonly failures: FailedSignIns,
    @Inject(RateLimits) private readonly limits: RateLimits,
  ) {}

  /** @throws NotFound where nothing is served; Unauthenticated; RateLimited; Unavailable where the password cannot be read. */
  async canActivate(context: ExecutionContext): Promise<true> {
    const request = requestOf(context);
    const password = await this.password();
    if (password === undefined) {
      await this.limits.countAddress(request.ip);
      throw new NotFound('There is no such route.', { code: 'route_not_found' });
    }
    if (!isSameSecret(credentialOf(request), `${GIT_USER}:${password}`)) throw await this.refusal(request);
    // A login that no identity provider has (see `LOGIN_PATTERN`), and no rights beyond this route.
    request.user = { login: 'git:reader', method: 'system', isAdmin: false, via: viaOf(request) };
    return true;
  }

  /** Read at every use, so that it can be rotated. Undefined = closed. */
  private async password(): Promise<string | undefined> {
    const { gitPasswordFile, gitopsRemote } = this.config.values;
    if (gitPasswordFile === undefined || gitopsRemote !== undefined) return undefined;
    const password = await readFile(gitPasswordFile, 'utf8').then(
      (text) => text.trim(),
      () => '',
    );
    if (password.length >= LEAST_GIT_PASSWORD) return password;
    log.warn(`MCTL_GIT_PASSWORD_FILE cannot be read, or holds less than ${LEAST_GIT_PASSWORD} characters`);
    throw new Unavailable('The password of this repository cannot be read, so nobody is let in.', {
      code: 'git_password_unreadable',
      fix: 'Whoever runs MCTL finds the reason in its log.',
    });
  }

  /** Git shows its credential only when it is asked for it, so having none yet is nobody's failure. */
  private async refusal(request: Request): Promise<unknown> {
    if (request.headers.authorization === undefined) {
      await this.limits.countAddress(request.ip);
      return new Unauthenticated(`This repository asks for the user ${GIT_USER} and its password.`);
    }
    const error = new Unauthenticated('The user or the password of this repository is wrong.', {
      code: 'invalid_credential',
      fix: `The user is ${GIT_USER}, the password that of MCTL_GIT_PASSWORD_FILE; no token is taken here.`,
    });
    return this.failures.refuse('git-password', knockOf(request), error);
  }
}

/** `user:password` of Basic authentication (RFC 7617); white space around it, such as the end of a file's line, aside. */
function credentialOf({ headers }: Request): string {
  const [, encoded = ''] = /^Basic +([A-Za-z0-9+/]+={0,2})$/i.exec(headers.authorization ?? '') ?? [];
  return Buffer.from(encoded, 'base64').toString('utf8').trim();
}
