import type { MigrationProvider } from 'kysely';
import { initial } from './001-initial';
import { auditHead } from './002-audit-head';
import { stages } from './003-stages';
import { secrets } from './004-secrets';
import { incidents } from './005-incidents';
import { repositories } from './006-repositories';
import { domains } from './007-domains';
import { intakeRules } from './008-intake-rules';
import { actorTeams } from './009-actor-teams';
import { oauth } from './010-oauth';
import { replicas } from './011-replicas';
import { handovers } from './012-handovers';
import { traceparent } from './013-traceparent';

/**
 * Migrations in code: nothing to find on disk, the same for every store. Names sort in the order they run; never edit one,
 * and only add: the version before goes on with the same tables while replicas are replaced (ADR 24).
 */
export const migrations: MigrationProvider = {
  getMigrations: () =>
    Promise.resolve({
      '001-initial': initial,
      '002-audit-head': auditHead,
      '003-stages': stages,
      '004-secrets': secrets,
      '005-incidents': incidents,
      '006-repositories': repositories,
      '007-domains': domains,
      '008-intake-rules': intakeRules,
      '009-actor-teams': actorTeams,
      '010-oauth': oauth,
      '011-replicas': replicas,
      '012-handovers': handovers,
      '013-traceparent': traceparent,
    }),
};
