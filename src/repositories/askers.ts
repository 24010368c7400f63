import { Inject, Injectable } from '@nestjs/common';
import { Access } from '../platform/auth/access';
import type { Actor } from '../platform/auth/actor';
import { Config } from '../platform/config';
import { NotAllowed, NotFound } from '../platform/errors';
import { Github } from '../platform/github';
import { callerOf, OperationStore } from '../platform/operations/operation-store';
import type { RepositoryLinkRow } from '../platform/store';

/** Who asked for a link, as long as they still may: a link is worth no more than the role of whoever made it. */
@Injectable()
export class Askers {
  constructor(
    @Inject(OperationStore) private readonly operations: OperationStore,
    @Inject(Access) private readonly access: Access,
    @Inject(Github) private readonly github: Github,
    @Inject(Config) private readonly config: Config,
  ) {}

  /**
   * Undefined where they left the team, the team is gone, or another GitHub App is configured by now.
   * @throws Unavailable where their role cannot be read; NotAllowed `read_only`.
   */
  async of({ operation_id: id, team, app }: RepositoryLinkRow): Promise<Actor | undefined> {
    if (this.config.values.readOnly) {
      throw new NotAllowed('MCTL runs read-only; nothing can be changed through it at present.', { code: 'read_only' });
    }
    if (app !== this.github.app) return undefined;
    const actor = callerOf(await this.operations.get(id), this.config);
    try {
      await this.access.requireRole(actor, team, 'developer');
      return actor;
    } catch (error) {
      if (error instanceof NotFound || error instanceof NotAllowed) return undefined;
      throw error;
    }
  }
}
