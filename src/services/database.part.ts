import { editFile } from '../platform/gitops';
import type { PlanContext } from '../platform/operations/operation';
import type { Plan } from '../platform/operations/plan';
import { openDatabases, planDatabase } from '../provisioning';
import type { DeployServiceInput } from './operations.dto';
import { changedKeys, dataOf } from './service-file';

/**
 * The plan of a call that also asks for a database: its file beside the service's, and the connection in the service's values.
 * @throws as `planDatabase`.
 */
export function withDatabase(
  plan: Plan,
  { input: { team, service }, world, done }: Pick<PlanContext<DeployServiceInput, unknown>, 'input' | 'world' | 'done'>,
): Plan {
  const path = world.layout.serviceFile(team, service);
  const text = plan.changes.find((change) => change.path === path)?.content ?? world.text(path) ?? '';
  const { changes, edits, warnings, facts, isNew } = planDatabase(world, { team, service }, dataOf(text));
  const content = editFile(path, text, edits);
  const { database, role, variables, extensions } = facts;
  const words = isNew ? `It gets the database ${database}` : `It has the database ${database} already`;
  return {
    ...plan,
    changes: [...plan.changes.filter((change) => change.path !== path), { path, content }, ...changes],
    summary: `${plan.summary} ${words}, as ${variables.join(', ')}.`,
    warnings: [...plan.warnings, ...warnings, ...openDatabases(done)],
    answer: {
      ...plan.answer,
      changed: changedKeys(dataOf(world.text(path) ?? ''), dataOf(content)),
      database: { name: facts.name, database, role, variables: [...variables], extensions: [...extensions] },
    },
  };
}
