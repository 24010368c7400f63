import { ManifestSchemas, type World } from '../../src/platform/gitops';
import { MctlError } from '../../src/platform/errors';
import type { Operation, PlanContext } from '../../src/platform/operations/operation';
import type { Plan } from '../../src/platform/operations/plan';
import { parseInput } from '../../src/platform/schema';

const schemas = new ManifestSchemas();
const ADA = { login: 'ada', isAdmin: false };

/** When a planned call came in, where a test does not say. */
export const NOW = new Date('2026-03-01T12:00:00.000Z');

/** Plans an operation as both doors do: arguments are parsed by its DTO, the resulting files checked against their chart. */
export function planOf(
  operation: Operation,
  world: World,
  raw: object,
  facts?: unknown,
  { actor = ADA, now = NOW }: Partial<Pick<PlanContext<unknown, unknown>, 'actor' | 'now'>> = {},
): Plan {
  const input = parseInput(operation.input, raw);
  const plan = operation.plan({ actor, input, world, facts, now });
  schemas.check(plan.changes, world);
  return plan;
}

/** The whole text that a plan gives its only file. */
export function textOfPlan({ changes }: Plan): string {
  const [change, ...more] = changes;
  if (change?.content === undefined || more.length > 0) throw new Error('not a plan that writes one file');
  return change.content;
}

/** The refusal of a call, as facts to compare. */
export function refusalOf(call: () => unknown) {
  try {
    call();
  } catch (error) {
    if (!(error instanceof MctlError)) throw error;
    return { kind: error.name, code: error.code, message: error.message, ...error.details };
  }
  throw new Error('was accepted');
}
