import { type Check, failed, ok } from '../check';
import { isAtLeast, versionIn } from '../version';

/** As `kubeVersion` of the Helm chart has it. */
const OLDEST = [1, 28];
/** What `npm run test:cluster` was run against. */
const TESTED = '1.36';

/** Whether the API server answers this credential, and is of a version that MCTL can rely on. */
export const clusterCheck: Check = {
  name: 'cluster',
  settings: ['MCTL_CLUSTER', 'MCTL_KUBECONFIG', 'MCTL_KUBERNETES_TIMEOUT'],
  limitMs: 12_000,
  async run(patient, signal) {
    const started = performance.now();
    const facts = (patient.cluster = { ...(await patient.apiServer.about(signal)), now: Date.now() });
    const milliseconds = Math.round(performance.now() - started);
    const details = { version: facts.version, server: facts.address, milliseconds, oldest: OLDEST.join('.') };
    const found = `Kubernetes ${facts.version} at ${facts.address}`;
    if (isAtLeast(versionIn(facts.version) ?? [], OLDEST)) return ok(`${found}, in ${milliseconds} ms`, { details });
    return failed(found, `Upgrade it: MCTL needs ${OLDEST.join('.')} or newer, and is tested with ${TESTED}.`, {
      details,
    });
  },
};
