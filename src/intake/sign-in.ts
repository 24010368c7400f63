import { Inject, Injectable } from '@nestjs/common';
import { LocalIssuer } from '../platform/auth/local-issuer';

/** Longest credential that is looked at. */
const MAX_LENGTH = 8_192;

/**
 * How a person in a browser says who they are: by a token of the local issuer, checked as the API checks it and not kept. An
 * identity provider with a page of its own replaces this class, and the part of the page that asks for the token.
 */
@Injectable()
export class SignIn {
  constructor(@Inject(LocalIssuer) private readonly issuer: LocalIssuer) {}

  /** @returns the login. @throws Unauthenticated for anything but a token that is good here and now. */
  async verify(credential: string): Promise<string> {
    const { login } = await this.issuer.verify(credential.trim().slice(0, MAX_LENGTH));
    return login;
  }
}
