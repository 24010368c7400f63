import { type Check, ok } from '../check';
import { judgeDifference } from '../clock-check';

/** Against the `Date` of the API server: tokens of service accounts and leases are judged by its clock. */
export const clusterClockCheck: Check = {
  name: 'cluster clock',
  after: ['cluster'],
  limitMs: 1_000,
  run({ cluster }) {
    if (cluster?.clock === undefined) return ok('the API server does not tell its time');
    return judgeDifference(cluster.now, cluster.clock, 'the API server');
  },
};
