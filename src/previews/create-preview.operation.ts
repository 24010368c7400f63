import { BUILD_IMAGE } from '../builds';
import { defineOperation, type PlanContext } from '../platform/operations/operation';
import type { Plan } from '../platform/operations/plan';
import { planCreate } from './create-preview.plan';
import { sourceToPreview } from './preview-source.policy';
import { CreatePreviewAnswer, CreatePreviewInput } from './previews.dto';

export const createPreview = defineOperation({
  name: 'create-preview',
  tool: 'mctl_create_preview',
  title: 'Create Preview',
  description:
    'Run another image tag beside production for some hours: own host and secret paths, no database. Production: mctl_deploy_service.',
  kind: 'write',
  risk: 'low',
  role: 'developer',
  idempotent: false,
  input: CreatePreviewInput,
  answer: CreatePreviewAnswer,
  paths: ['previews/{team}/{service}-{id}/values.yaml'],
  target: ({ team, service }) => `${team}/${service}`,
  task: { ...BUILD_IMAGE, applies: (input) => sourceToPreview(input) !== undefined },
  plan: (context: PlanContext<CreatePreviewInput, undefined>): Plan => planCreate(context),
});
