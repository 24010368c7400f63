import { defineOperation } from '../platform/operations/operation';
import type { IncidentFacts } from './incident';
import { ResolveIncidentAnswer, ResolveIncidentInput } from './incidents.dto';
import { planTransition, targetOf } from './transition.plan';

export const resolveIncident = defineOperation<ResolveIncidentInput, IncidentFacts>({
  name: 'resolve-incident',
  tool: 'mctl_resolve_incident',
  title: 'Resolve Incident',
  description:
    'Close an incident, with a sentence for the team on what ended it. Alerts and workflows resolve theirs by themselves; one that is reported again soon after opens again. Twice is no error. No manifest changes: an empty commit carries the record.',
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
