import { defineOperation } from '../platform/operations/operation';
import { StartOpenclawAnswer, StartOpenclawInput } from './openclaw.dto';
import { planStart } from './start.plan';

export const startOpenclaw = defineOperation({
  name: 'start-openclaw',
  tool: 'mctl_deploy_openclaw',
  title: 'Start OpenClaw Onboarding',
  description:
    'Step 1 to an OpenClaw (assistant on Telegram): checks quota and network, runs nothing. Answers a one-time link where a person enters the bot token; never ask for it in chat. Then mctl_resume_openclaw_deploy.',
  kind: 'write',
  risk: 'low',
  role: 'owner',
  idempotent: true,
  input: StartOpenclawInput,
  answer: StartOpenclawAnswer,
  paths: ['services/{team}/{service}.onboarding.yaml'],
  target: ({ team, service }) => `${team}/${service}`,
  plan: planStart,
});
