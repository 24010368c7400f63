import type { Check } from '../check';
import { argoCdCheck } from './argo-cd-check';
import { clusterCheck } from './cluster-check';
import { clusterClockCheck } from './cluster-clock-check';
import { excessCheck } from './excess-check';
import { kindsCheck } from './kinds-check';
import { namesCheck } from './names-check';
import { rightsCheck } from './rights-check';
import { templatesCheck } from './templates-check';

/** What is looked at with `MCTL_CLUSTER=kubernetes`. */
export const CLUSTER_CHECKS: readonly Check[] = [
  namesCheck,
  clusterCheck,
  clusterClockCheck,
  kindsCheck,
  rightsCheck,
  excessCheck,
  argoCdCheck,
  templatesCheck,
];
