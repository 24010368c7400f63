import type { IncomingMessage, ServerResponse } from 'node:http';
import { Inject, Injectable } from '@nestjs/common';
import { Config } from '../../config';
import { InvalidInput, Unavailable } from '../../errors';
import { BackendFailure, type ReadRequest, repositoryFolder, serveRead, Turns } from '../../gitops';
import { log } from '../../logging';
import { mustFit } from '../body-length';

/** Each read is up to three processes; a clone of a large repository keeps a core busy. */
const AT_ONCE = 8;
const WAITING = 100;
const TIMEOUT_MS = 5 * 60_000;
/** Git's own limit for what a client says it has (`GIT_HTTP_MAX_REQUEST_BUFFER`). */
const MAX_BODY = 10 * 1024 * 1024;

/** Reads of the embedded repository over HTTP, a bounded number of them at a time. */
@Injectable()
export class GitReads {
  private readonly turns = new Turns(AT_ONCE, WAITING);

  constructor(@Inject(Config) private readonly config: Config) {}

  /** @throws Unavailable where too many wait, or git failed; InvalidInput for a body that is too large. */
  async answer(what: ReadRequest, request: IncomingMessage, response: ServerResponse): Promise<void> {
    mustFit(request, MAX_BODY);
    if (this.turns.isFull) {
      throw new Unavailable('Too many read this repository at once.', { code: 'git_busy', retryAfterSeconds: 5 });
    }
    await this.turns.take(async () => {
      // Whoever left while they waited needs no answer.
      if (response.closed) return;
      await this.serve(what, request, response);
    });
  }

  private async serve(what: ReadRequest, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const options = { gitDir: repositoryFolder(this.config), timeoutMs: TIMEOUT_MS, maxBody: MAX_BODY };
    try {
      await serveRead(what, { request, response }, options);
    } catch (error) {
      if (!(error instanceof BackendFailure)) throw error;
      const { reason, stderr } = error;
      if (reason === 'left') {
        log.debug({ what }, 'a git client left before its answer was out');
        return;
      }
      if (reason === 'too_large') throw new InvalidInput('The request is too large.', { code: 'too_large' });
      log.warn({ what, reason, stderr }, 'a read of the repository failed');
      throw new Unavailable('The repository could not be read.', { code: 'git_failed', retryAfterSeconds: 5 });
    }
  }
}
