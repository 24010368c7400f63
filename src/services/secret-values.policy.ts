import { listAt, textAt } from '../platform/gitops';
import type { NextAction, Plan, Warning } from '../platform/operations/plan';
import { secretPath, type SecretVersion } from '../platform/secrets/secret-store';
import type { DeployServiceInput } from './operations.dto';
import { dataOf } from './service-file';

/** What a plan knows of values: that there are some. */
export interface SecretFacts {
  readonly stored: readonly SecretVersion[];
}

type Call = Pick<DeployServiceInput, 'team' | 'service' | 'secret_names' | 'clear_secrets'>;

/** A call's names whose values MCTL takes: those that the file, as it will be, reads from the service's own place in the secret store. */
export function keptHere({ team, service, secret_names = [] }: Call, data: unknown): string[] {
  const own = new Set(
    listAt(data, 'externalSecret', 'data')
      .filter((entry) => textAt(entry, 'remoteKey') === secretPath({ team, service }))
      .filter((entry) => textAt(entry, 'property') === textAt(entry, 'secretKey'))
      .map((entry) => textAt(entry, 'secretKey')),
  );
  return [...new Set(secret_names)].filter((name) => own.has(name)).sort();
}

/**
 * Names whose values a person has yet to enter. Secrets that are cleared and named again are to be replaced: a value from before the
 * call does not count.
 * @param since when the call came in, ISO 8601.
 */
export function awaited(
  names: readonly string[],
  { clear_secrets }: Pick<Call, 'clear_secrets'>,
  stored: readonly SecretVersion[],
  since: string,
): string[] {
  return names.filter((name) => {
    const value = stored.find((each) => each.name === name);
    return value === undefined || (clear_secrets && value.updated_at < since);
  });
}

/**
 * Names that have a value which a person may replace, with its version. A value that was entered since the call, through its link
 * as well, is the new one already: a repeated call asks for no other.
 * @param since when the call came in, ISO 8601.
 */
export function replaceable(
  names: readonly string[],
  { clear_secrets }: Pick<Call, 'clear_secrets'>,
  stored: readonly SecretVersion[],
  since: string,
): Map<string, number> {
  if (clear_secrets) return new Map();
  const old = stored.filter(({ name, updated_at }) => names.includes(name) && updated_at < since);
  return new Map(old.map(({ name, version }) => [name, version]));
}

/** Adds to a plan of `deploy-service` which of the named secrets have no value yet, and how one gets there. */
export function withSecrets(plan: Plan, input: Call, facts: SecretFacts | undefined, now: Date): Plan {
  const names = keptHere(input, dataOf(plan.changes[0]?.content ?? ''));
  if (names.length === 0) return plan;
  const missing = awaited(names, input, facts?.stored ?? [], now.toISOString());
  return {
    ...plan,
    warnings: [...plan.warnings, ...pending(missing)],
    nextActions: [...plan.nextActions, ...again(input, missing)],
    answer: { ...plan.answer, secret_names: names },
  };
}

function pending(names: readonly string[]): Warning[] {
  if (names.length === 0) return [];
  const [value, it] = names.length === 1 ? ['a value', 'it is'] : ['values', 'they are'];
  const message =
    `MCTL waits for ${value} of ${names.join(', ')}. A person enters ${names.length === 1 ? 'it' : 'them'} on a one-time page whose link ` +
    `the answer of the call carries (intake.url), never in a call. New pods wait until ${it} there.`;
  return [{ code: 'secret_values_pending', message }];
}

function again({ team, service }: Call, names: readonly string[]): NextAction[] {
  if (names.length === 0) return [];
  return [
    {
      tool: 'mctl_deploy_service',
      arguments: { action: 'update-config', team, service, secret_names: names },
      why: 'get a new link, should the one in intake.url have expired before a person used it',
    },
  ];
}
