import { Controller, Get, Inject, Post, Query, UseInterceptors } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { Public } from '../platform/auth/access-rule';
import { type Page, PageInterceptor, type PageRequest, Visit } from '../platform/http/pages';
import { INSTALLED, INVALID, pageOf, REQUESTED } from './setup.pages';
import { SetupService } from './setup.service';

/** Longer than anything GitHub or we put there. */
const MAX_LENGTH = 500;

/**
 * For browsers that come from GitHub: its App has this address as Setup URL and as Callback URL. Nobody is signed in here; what counts is
 * the state of a link, what GitHub says of whoever opened it, and the token of the question that follows.
 */
@ApiExcludeController()
@Public()
@UseInterceptors(PageInterceptor)
@Controller('github')
export class SetupController {
  constructor(@Inject(SetupService) private readonly setup: SetupService) {}

  @Get('setup')
  async arrive(@Query() query: Record<string, unknown>): Promise<Page> {
    const [state, action, code] = [textAt(query, 'state'), textAt(query, 'setup_action'), textAt(query, 'code')];
    if (action === 'request') return REQUESTED;
    // A code that comes with an installation was not asked for by us, so no verifier of ours belongs to it.
    const isSetup = action !== undefined || textAt(query, 'installation_id') !== undefined;
    if (state === undefined) return isSetup ? INSTALLED : INVALID;
    if (isSetup) return pageOf(await this.setup.begin(state));
    if (textAt(query, 'error') === 'access_denied') return pageOf({ kind: 'declined' });
    return code === undefined ? INVALID : pageOf(await this.setup.prove(state, code));
  }

  @Post('agree')
  async agree(@Visit() { form }: PageRequest): Promise<Page> {
    const token = textAt(form, 'token');
    return token === undefined ? INVALID : pageOf(await this.setup.agree(token));
  }
}

/** One text; twice the same name is none. */
function textAt(values: unknown, name: string): string | undefined {
  const value = typeof values === 'object' && values !== null ? (values as Record<string, unknown>)[name] : undefined;
  return typeof value === 'string' && value !== '' && value.length <= MAX_LENGTH ? value : undefined;
}
