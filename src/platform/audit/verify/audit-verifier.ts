import { Inject, Injectable } from '@nestjs/common';
import { Gitops } from '../../gitops';
import { Keys } from '../../keys';
import { Store } from '../../store';
import type { Verification } from './verification';
import { verifyAudit } from './verify-audit';

/** Verifies the books of this installation, one at a time: two walks at once would only make both slower. */
@Injectable()
export class AuditVerifier {
  private last: Promise<unknown> = Promise.resolve();

  constructor(
    @Inject(Store) private readonly store: Store,
    @Inject(Keys) private readonly keys: Keys,
    @Inject(Gitops) private readonly gitops: Gitops,
  ) {}

  /** @throws what `verifyAudit` throws. */
  verify(since?: string): Promise<Verification> {
    const { store, gitops } = this;
    const sources = {
      store,
      auditKey: this.keys.auditKey,
      history: gitops.commits,
      head: async () => (await gitops.refresh()).head,
    };
    const run = this.last.then(() => verifyAudit(sources, since));
    this.last = run.catch(() => undefined);
    return run;
  }
}
