import { defineOperation } from '../platform/operations/operation';
import { CREATE_DATABASE } from '../provisioning';
import { planDeploy } from './deploy.plan';
import { ResumeOpenclawAnswer, ResumeOpenclawInput } from './openclaw.dto';

export const deployOpenclaw = defineOperation({
  name: 'deploy-openclaw',
  tool: 'mctl_resume_openclaw_deploy',
  title: 'Resume OpenClaw Onboarding',
  description:
    'Second step to an OpenClaw, after mctl_deploy_openclaw: database first, then the service, one workflow, one commit. Without the bot token: conflict token_missing with a fresh one-time link for the person. Refused with each shortfall where the team has too little. Calling again once it is deployed changes nothing. Answers url, image, database.',
  kind: 'write',
  risk: 'medium',
  role: 'owner',
  idempotent: true,
  input: ResumeOpenclawInput,
  answer: ResumeOpenclawAnswer,
  paths: [
    'services/{team}/{service}/values.yaml',
    'services/{team}/{service}.onboarding.yaml',
    'databases/{team}/{service}.yaml',
  ],
  target: ({ team, service }) => `${team}/${service}`,
  task: CREATE_DATABASE,
  plan: planDeploy,
});
