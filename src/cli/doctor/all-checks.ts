import type { Config } from '../../platform/config';
import { auditCheck, storeCheck } from './store-checks';
import type { Check } from './check';
import { clockCheck } from './clock-check';
import { CLUSTER_CHECKS } from './cluster/cluster-checks';
import { credentialCheck } from './credential-check';
import { dataFolderCheck, temporaryFolderCheck } from './data-folder-check';
import { diskSpaceCheck, fileSystemCheck } from './disk-checks';
import { domainCheck } from './domain-check';
import { gitCheck } from './git-check';
import { gitDoorCheck } from './git-door-check';
import { keysCheck } from './keys-check';
import { layoutCheck } from './layout-check';
import { lostStoreCheck } from './lost-store-check';
import { lokiCheck, prometheusCheck } from './observability-checks';
import { portCheck } from './port-check';
import { proxyCheck } from './proxy-check';
import { branchCheck, fetchCheck, remoteCheck, writeAccessCheck } from './remote-checks';
import { serverCheck } from './server-check';
import { signingCheck } from './signing-check';
import { vaultCheck } from './vault-check';

/** This machine first, then the remote; whatever needs another check comes after it. */
const CHECKS: readonly Check[] = [
  gitCheck,
  dataFolderCheck,
  diskSpaceCheck,
  fileSystemCheck,
  temporaryFolderCheck,
  keysCheck,
  serverCheck,
  storeCheck,
  auditCheck,
  portCheck,
  proxyCheck,
  gitDoorCheck,
  vaultCheck,
  signingCheck,
  credentialCheck,
  remoteCheck,
  branchCheck,
  fetchCheck,
  lostStoreCheck,
  writeAccessCheck,
  layoutCheck,
  clockCheck,
  domainCheck,
];

/** What these settings leave nothing of to look at is not mentioned. */
export function checksFor({ values }: Config): readonly Check[] {
  return [
    ...CHECKS,
    ...(values.prometheusUrl === undefined ? [] : [prometheusCheck]),
    ...(values.lokiUrl === undefined ? [] : [lokiCheck]),
    ...(values.cluster === 'kubernetes' ? CLUSTER_CHECKS : []),
  ];
}
