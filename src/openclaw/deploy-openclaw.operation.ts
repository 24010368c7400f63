import { defineOperation } from '../platform/operations/operation';
import { CREATE_DATABASE } from '../provisioning';
import { planDeploy } from './deploy.plan';
import { ResumeOpenclawAnswer, ResumeOpenclawInput } from './openclaw.dto';

export const deployOpenclaw = defineOperation({
  name: 'deploy-openclaw',
  tool: 'mctl_resume_openclaw_deploy',
  title: 'Resume OpenClaw Onboarding',
  description:
    'Step 2 to an OpenClaw: database and service in one commit. Without the bot token: token_missing with a fresh link for a person.',
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
