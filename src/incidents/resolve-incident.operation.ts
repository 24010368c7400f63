import { defineOperation } from '../platform/operations/operation';
import type { IncidentFacts } from './incident';
import { ResolveIncidentAnswer, ResolveIncidentInput } from './incidents.dto';
import { planTransition, targetOf } from './transition.plan';

export const resolveIncident = defineOperation<ResolveIncidentInput, IncidentFacts>({
  name: 'resolve-incident',
  tool: 'mctl_resolve_incident',
  title: 'Resolve Incident',
  description:
    'Close an incident and say what ended it. Alerts and workflows resolve theirs by themselves. Changes no manifest.',
  kind: 'write',
  risk: 'low',
  role: 'developer',
  byResource: true,
  idempotent: true,
  input: ResolveIncidentInput,
  answer: ResolveIncidentAnswer,
  paths: [],
  target: ({ id }) => targetOf(id),
  plan: ({ facts }) => planTransition('resolve', facts),
});
