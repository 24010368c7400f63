import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import { Config } from '../../config';
import { checkSameOrigin, pageOrigin } from './page-origin.policy';
import { pageRequestOf } from './page-request';

/**
 * Pages are served over https or on loopback, and take forms that came from themselves. Who the person is, the page finds out: use it
 * together with a session, or for pages that everybody may see.
 */
@Injectable()
export class PageGuard implements CanActivate {
  constructor(@Inject(Config) private readonly config: Config) {}

  canActivate(context: ExecutionContext): boolean {
    const { arrival, formError } = pageRequestOf(context);
    const origin = pageOrigin(this.config.values.publicUrl, arrival);
    if (arrival.method === 'POST') checkSameOrigin(origin, arrival);
    if (formError) throw formError;
    return true;
  }
}
