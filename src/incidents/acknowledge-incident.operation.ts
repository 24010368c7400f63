import { defineOperation } from '../platform/operations/operation';
import type { IncidentFacts } from './incident';
import { AcknowledgeIncidentAnswer, AcknowledgeIncidentInput } from './incidents.dto';
import { planTransition, targetOf } from './transition.plan';

export const acknowledgeIncident = defineOperation<AcknowledgeIncidentInput, IncidentFacts>({
  name: 'acknowledge-incident',
  tool: 'mctl_acknowledge_incident',
  title: 'Acknowledge Incident',
  description: 'Tell the team that you look into an incident; it stays active. Changes no manifest.',
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
