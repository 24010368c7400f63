import { defineOperation, type PlanContext } from '../platform/operations/operation';
import type { Plan } from '../platform/operations/plan';
import { planCreate } from './create-preview.plan';
import { CreatePreviewAnswer, CreatePreviewInput } from './previews.dto';

export const createPreview = defineOperation({
  name: 'create-preview',
  tool: 'mctl_create_preview',
  title: 'Create Preview',
  description:
    'Run another image tag of a service beside production for some hours: own host, one replica, own secret paths, no database; it deletes itself. Commits one file. Refused where a setting could lead back to production, with the key named. Answers preview_id, url, expires_at. To change production use mctl_deploy_service.',
  kind: 'write',
  risk: 'low',
  role: 'developer',
  idempotent: false,
  input: CreatePreviewInput,
  answer: CreatePreviewAnswer,
  paths: ['previews/{team}/{service}-{id}/values.yaml'],
  target: ({ team, service }) => `${team}/${service}`,
  plan: (context: PlanContext<CreatePreviewInput, undefined>): Plan => planCreate(context),
});
