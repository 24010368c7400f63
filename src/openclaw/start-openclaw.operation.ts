import { defineOperation } from '../platform/operations/operation';
import { StartOpenclawAnswer, StartOpenclawInput } from './openclaw.dto';
import { planStart } from './start.plan';

export const startOpenclaw = defineOperation({
  name: 'start-openclaw',
  tool: 'mctl_deploy_openclaw',
  title: 'Start OpenClaw Onboarding',
  description:
    'First of two steps to an OpenClaw (assistant on Telegram): checks names, quota and network, notes in git what is asked for, runs nothing. Answers each shortfall of the team, and a one-time link where the person enters the bot token; never ask for the token in chat. Then call mctl_resume_openclaw_deploy. Calling again before that replaces what was asked for.',
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
