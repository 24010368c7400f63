import { Module } from '@nestjs/common';
import { SignInModule } from '../platform/sign-in/sign-in.module';
import { BrowserSession } from './browser-session';
import { IntakeController } from './intake.controller';
import { IntakePageService } from './intake-page.service';
import { IntakeStore } from './intake-store';
import { Intakes } from './intakes';
import { SignIn } from './sign-in';

/** One-time pages for the values of secrets (ADR 18). */
@Module({
  imports: [SignInModule],
  controllers: [IntakeController],
  providers: [BrowserSession, IntakePageService, IntakeStore, Intakes, SignIn],
  exports: [Intakes],
})
export class IntakeModule {}
