import type { World } from '../platform/gitops';
import type { Plan } from '../platform/operations/plan';
import type { RetireServiceInput } from './operations.dto';
import type { SecretFacts } from './secret-values.policy';

/** What was noted for a service that is not there yet goes, with the values that were entered for it; undefined where nothing was. */
export function planCancelledOnboarding(
  world: World,
  { team, service, delete_secrets }: RetireServiceInput,
  facts: SecretFacts | undefined,
): Plan | undefined {
  const path = world.layout.onboardingFile(team, service);
  if (world.file(path) === undefined) return undefined;
  const values = delete_secrets ? (facts?.stored ?? []) : [];
  return {
    changes: [{ path }],
    subject: `retire(${team}/${service}): onboarding`,
    summary: `The onboarding of ${team}/${service} ends; no service was made of it yet.`,
    warnings: [],
    destroys: [
      { kind: 'onboarding', name: `${team}/${service}` },
      ...values.map(({ name }) => ({ kind: 'secret_value', name })),
    ],
    nextActions: [{ tool: 'mctl_list_services', arguments: { team }, why: 'see what the team has' }],
    answer: {},
  };
}
