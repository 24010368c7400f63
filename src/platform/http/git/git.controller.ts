import { Controller, Get, Inject, Post, Query, Req, Res, UseFilters } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { GuardedBy, Uncounted } from '../../auth/access-rule';
import { NotAllowed, NotFound } from '../../errors';
import { GitErrorFilter } from './git-error.filter';
import { GitGate } from './git.gate';
import { GitReads } from './git-reads';

/** The embedded repository for whoever follows it, by git's smart protocol over HTTP. It is read here and never written. */
@Controller('git/gitops.git')
@ApiExcludeController()
@UseFilters(GitErrorFilter)
export class GitController {
  constructor(@Inject(GitReads) private readonly reads: GitReads) {}

  @Get('info/refs')
  @GuardedBy(GitGate)
  @Uncounted()
  async refs(@Query('service') service: unknown, @Req() request: Request, @Res() response: Response): Promise<void> {
    if (service === 'git-receive-pack') throw readOnly();
    if (service !== 'git-upload-pack') throw notSmart();
    await this.reads.answer('info/refs', request, response);
  }

  @Post('git-upload-pack')
  @GuardedBy(GitGate)
  @Uncounted()
  async pack(@Req() request: Request, @Res() response: Response): Promise<void> {
    await this.reads.answer('git-upload-pack', request, response);
  }

  @Post('git-receive-pack')
  @GuardedBy(GitGate)
  @Uncounted()
  push(): never {
    throw readOnly();
  }
}

function readOnly(): NotAllowed {
  return new NotAllowed('This repository is read here and written by MCTL alone: every change is an operation.', {
    code: 'git_read_only',
    fix: 'Use MCTL’s tools or REST routes to change something.',
  });
}

function notSmart(): NotFound {
  return new NotFound('This repository is served by the smart protocol only (?service=git-upload-pack).', {
    code: 'git_not_smart',
    fix: 'Use a git client of this century.',
  });
}
