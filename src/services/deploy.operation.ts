import { Conflict } from '../platform/errors';
import { defineOperation, type PlanContext } from '../platform/operations/operation';
import type { Plan } from '../platform/operations/plan';
import { planConfig, planDeploy } from './deploy.plan';
import { planOnboard } from './onboard.plan';
import { DeployServiceInput, ServiceChangeAnswer } from './operations.dto';

export const deployService = defineOperation({
  name: 'deploy-service',
  tool: 'mctl_deploy_service',
  title: 'Deploy Service',
  description:
    'Onboard a new service, deploy another image tag, or change settings (update-config). Commits to git; only what the call names changes. Not for replicas (mctl_scale_service) or going back (mctl_rollback_service). Secret values never go in a call. Try dry_run first. Answers url, image and what changed key by key.',
  kind: 'write',
  risk: 'medium',
  role: 'developer',
  idempotent: false,
  input: DeployServiceInput,
  answer: ServiceChangeAnswer,
  paths: ['services/{team}/{service}/values.yaml'],
  target: ({ team, service }) => `${team}/${service}`,
  plan,
});

function plan(context: PlanContext<DeployServiceInput, undefined>): Plan {
  if (context.input.provision_database) throw noDatabases();
  switch (context.input.action) {
    case 'onboard':
      return planOnboard(context);
    case 'deploy':
      return planDeploy(context);
    case 'update-config':
      return planConfig(context);
  }
}

function noDatabases(): Conflict {
  return new Conflict('This version of MCTL cannot provision databases yet, so nothing was done.', {
    code: 'database_not_available',
    field: 'provision_database',
    fix: 'Leave provision_database out; give the service the connection of an existing database through secret_names.',
  });
}
