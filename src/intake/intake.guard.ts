import { type CanActivate, type ExecutionContext, createParamDecorator, Inject, Injectable } from '@nestjs/common';
import { Config } from '../platform/config';
import { checkSameOrigin, pageOrigin, pageRequestOf } from '../platform/http/pages';
import { requestOf, type SignedRequest } from '../platform/mcp';
import type { Admitted } from './intake';
import { IntakePageService } from './intake-page.service';

type IntakeHttpRequest = SignedRequest & { intake?: Admitted };

/**
 * In place of a bearer credential: https or loopback, a form from our own page, a link that is open. Who the person is, the page
 * finds out.
 */
@Injectable()
export class IntakeGuard implements CanActivate {
  constructor(
    @Inject(Config) private readonly config: Config,
    @Inject(IntakePageService) private readonly pages: IntakePageService,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const { arrival, params } = pageRequestOf(context);
    const origin = pageOrigin(this.config.values.publicUrl, arrival);
    if (arrival.method === 'POST') checkSameOrigin(origin, arrival);
    const request = requestOf(context) as IntakeHttpRequest;
    const { token = '' } = params;
    request.intake = { intake: await this.pages.find(token), token, origin };
    return true;
  }
}

/** What the guard has let in, as the parameter of a route that it guards. */
export const Guest = createParamDecorator(
  (_: unknown, context: ExecutionContext) => (requestOf(context) as IntakeHttpRequest).intake,
);
