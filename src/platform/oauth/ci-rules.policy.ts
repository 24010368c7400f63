import { CI_PREFIX } from '../auth/actor';
import type { CiRule } from '../config';

/** What a job's token says, as GitHub documents it (OpenID Connect reference of GitHub Actions). */
export interface CiClaims {
  readonly repository: string;
  readonly repository_id: string;
  readonly ref: string;
  readonly environment?: string;
  readonly run_id?: string;
}

export function ciLogin({ name }: Pick<CiRule, 'name'>): string {
  return `${CI_PREFIX}${name}`;
}

/** The first rule that fits. What a rule does not name does not matter; names of repositories have no case. */
export function ruleFor(rules: readonly CiRule[], claims: CiClaims): CiRule | undefined {
  return rules.find(
    (rule) =>
      rule.repository.toLowerCase() === claims.repository.toLowerCase() &&
      (rule.repository_id ?? claims.repository_id) === claims.repository_id &&
      (rule.ref === undefined || rule.ref === '*' || rule.ref === claims.ref) &&
      (rule.environment ?? claims.environment) === claims.environment,
  );
}
