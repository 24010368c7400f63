import { defineOperation } from '../platform/operations/operation';
import type { IncidentFacts } from './incident';
import { AcknowledgeIncidentAnswer, AcknowledgeIncidentInput } from './incidents.dto';
import { planTransition, targetOf } from './transition.plan';

export const acknowledgeIncident = defineOperation<AcknowledgeIncidentInput, IncidentFacts>({
  name: 'acknowledge-incident',
  tool: 'mctl_acknowledge_incident',
  title: 'Acknowledge Incident',
  description:
    'Tell the team that somebody looks into an incident: it stays active, with your name on it. Twice is no error; a resolved or suppressed one is refused. No manifest changes: an empty commit carries the record.',
  kind: 'write',
  risk: 'low',
  role: 'developer',
  byResource: true,
  idempotent: true,
  input: AcknowledgeIncidentInput,
  answer: AcknowledgeIncidentAnswer,
  paths: [],
  target: ({ id }) => targetOf(id),
  plan: ({ facts }) => planTransition('acknowledge', facts),
});
