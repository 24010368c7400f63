import { Inject, Injectable } from '@nestjs/common';
import type { Identity } from '../platform/auth/actor';
import { Credentials } from '../platform/auth/credentials';
import type { Knock } from '../platform/auth/failed-sign-ins';

/** Longest credential that is looked at. */
const MAX_LENGTH = 8_192;

/**
 * How a person in a browser says who they are: by a token of any kind that is taken here, checked as the API checks it and not kept. An
 * identity provider with a page of its own replaces this class, and the part of the page that asks for the token.
 */
@Injectable()
export class SignIn {
  constructor(@Inject(Credentials) private readonly credentials: Credentials) {}

  /** @throws Unauthenticated for anything but a token that is good here and now; Unavailable where that cannot be told. */
  verify(credential: string, knock: Knock): Promise<Identity> {
    return this.credentials.identify(credential.trim().slice(0, MAX_LENGTH), knock);
  }
}
