import { Module } from '@nestjs/common';
import { BrowserSessions } from './browser-sessions';
import { GithubSignIn } from './github-sign-in';
import { OidcSignIn } from './oidc-sign-in';
import { SignInAttempts } from './sign-in-attempts';
import { SignInController } from './sign-in.controller';
import { SignIns } from './sign-in.service';

/** How people sign in with a browser, for every page that needs to know them (ADR 22). */
@Module({
  controllers: [SignInController],
  providers: [BrowserSessions, GithubSignIn, OidcSignIn, SignInAttempts, SignIns],
  exports: [BrowserSessions, SignIns],
})
export class SignInModule {}
