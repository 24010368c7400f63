import { editFile } from '../platform/gitops';
import { defineOperation, type PlanContext } from '../platform/operations/operation';
import type { NextAction, Plan, Warning } from '../platform/operations/plan';
import { CREATE_DATABASE, type DatabasePlan, openDatabases, planDatabase } from '../provisioning';
import { dataOf, requireService, textOf } from '../services';
import { ProvisionDatabaseAnswer, ProvisionDatabaseInput } from './databases.dto';

export const provisionDatabase = defineOperation({
  name: 'provision-database',
  tool: 'mctl_provision_database',
  title: 'Provision Database',
  description:
    'Give a service a PostgreSQL database and role; pods get DATABASE_URL and DB_*. The password is never shown. It outlives the service.',
  kind: 'write',
  risk: 'medium',
  role: 'developer',
  idempotent: true,
  input: ProvisionDatabaseInput,
  answer: ProvisionDatabaseAnswer,
  paths: ['databases/{team}/{name}.yaml', 'services/{team}/{service}/values.yaml'],
  target: ({ team, service }) => `${team}/${service}`,
  task: CREATE_DATABASE,
  plan,
});

function plan({ input, world, done }: PlanContext<ProvisionDatabaseInput, undefined>): Plan {
  const { team, service } = input;
  requireService(world, team, service, 'onboard it with mctl_deploy_service and provision_database: true');
  const text = textOf(world, team, service);
  const planned = planDatabase(world, input, dataOf(text));
  const path = world.layout.serviceFile(team, service);
  const { database, role, variables, extensions } = planned.facts;
  return {
    changes: [...planned.changes, ...edited(path, text, planned)],
    subject: `database(${team}/${service}): ${database}`,
    summary: summaryOf(input, planned),
    warnings: [...planned.warnings, ...pending(planned), ...openDatabases(done)],
    destroys: [],
    nextActions: nextActions(input),
    answer: { database, role, variables: [...variables], extensions: [...extensions] },
  };
}

function edited(path: string, text: string, { edits }: DatabasePlan) {
  return edits.length === 0 ? [] : [{ path, content: editFile(path, text, edits) }];
}

function summaryOf({ team, service }: ProvisionDatabaseInput, { isNew, changes, facts }: DatabasePlan): string {
  const { database, role, variables, extensions } = facts;
  const having = extensions.length > 0 ? ` and ${extensions.join(', ')}` : '';
  if (isNew) {
    return `${team}/${service} gets the database ${database} with the role ${role}${having}, as ${variables.join(', ')}.`;
  }
  return `${team}/${service} has the database ${database} already${changes.length > 0 ? `; it gets ${extensions.join(', ')}` : ''}.`;
}

function pending({ edits }: DatabasePlan): Warning[] {
  if (edits.length === 0) return [];
  const message = 'New pods wait until the Secret with the connection is there; running ones stay until then.';
  return [{ code: 'restart', message }];
}

function nextActions({ team, service }: ProvisionDatabaseInput): NextAction[] {
  return [
    { tool: 'mctl_get_service_config', arguments: { team, service }, why: 'see the database as it is declared' },
    {
      tool: 'mctl_get_service_status',
      arguments: { team, service },
      why: 'see whether the service has come up with it, where a cluster is connected',
    },
  ];
}
