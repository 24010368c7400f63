import { BUILD_IMAGE } from '../builds';
import { InvalidInput } from '../platform/errors';
import { defineOperation, type PlanContext } from '../platform/operations/operation';
import type { Plan } from '../platform/operations/plan';
import { CREATE_DATABASE } from '../provisioning';
import { withDatabase } from './database.part';
import { planConfig, planDeploy } from './deploy.plan';
import { sourceOf } from './image.policy';
import { planOnboard } from './onboard.plan';
import { DeployServiceAnswer, DeployServiceInput } from './operations.dto';
import { type SecretFacts, withSecrets } from './secret-values.policy';

export const deployService = defineOperation({
  name: 'deploy-service',
  tool: 'mctl_deploy_service',
  title: 'Deploy Service',
  description:
    'Onboard a service, deploy another image tag, or change settings; only what is named changes. Replicas: mctl_scale_service. Going back: mctl_rollback_service. Secret values never go in a call: a person enters them at intake.url.',
  kind: 'write',
  risk: 'medium',
  role: 'developer',
  idempotent: false,
  input: DeployServiceInput,
  answer: DeployServiceAnswer,
  paths: ['services/{team}/{service}/values.yaml', 'databases/{team}/{service}.yaml'],
  target: ({ team, service }) => `${team}/${service}`,
  task: { ...CREATE_DATABASE, applies: ({ provision_database }) => provision_database },
  otherTask: { ...BUILD_IMAGE, applies: (input) => sourceOf(input) !== undefined },
  plan,
});

type Context = PlanContext<DeployServiceInput, SecretFacts | undefined>;

function plan(context: Context): Plan {
  const { input, facts, now } = context;
  if (input.provision_database && sourceOf(input) !== undefined) throw twoTasks();
  const planned = withSecrets(planAction({ ...context, facts: undefined }), input, facts, now);
  return input.provision_database ? withDatabase(planned, context) : planned;
}

/** Each takes its time and may fail; a database that was made for a build that failed would be nobody's. */
function twoTasks(): InvalidInput {
  return new InvalidInput('An image is not built and a database not made in one call.', {
    field: 'provision_database',
    got: 'true, with repo and git_tag',
    expected: 'one of the two',
    fix: 'Deploy from source first; then call again with action update-config and provision_database.',
  });
}

function planAction(context: PlanContext<DeployServiceInput, undefined>): Plan {
  switch (context.input.action) {
    case 'onboard':
      return planOnboard(context);
    case 'deploy':
      return planDeploy(context);
    case 'update-config':
      return planConfig(context);
  }
}
