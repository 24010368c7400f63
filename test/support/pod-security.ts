import type { Container, PodSpec } from './manifests';

const VOLUMES = [
  'configMap',
  'csi',
  'downwardAPI',
  'emptyDir',
  'ephemeral',
  'persistentVolumeClaim',
  'projected',
  'secret',
];

/** What the Pod Security Standard "restricted" has against a pod, in words. Empty: it would be admitted. */
export function restrictedViolations(pod: PodSpec): string[] {
  const shared = ['hostNetwork', 'hostPID', 'hostIPC'].filter((field) => pod[field]);
  const volumes = (pod.volumes ?? []).flatMap((volume) =>
    Object.keys(volume).filter((key) => key !== 'name' && !VOLUMES.includes(key)),
  );
  const containers = [...(pod.initContainers ?? []), ...pod.containers];
  return [...shared, ...volumes, ...containers.flatMap((container) => containerViolations(pod, container))];
}

function containerViolations(pod: PodSpec, container: Container): string[] {
  const own = container.securityContext ?? {};
  const effective = { ...pod.securityContext, ...own };
  const added = (own.capabilities?.add ?? []).filter((capability) => capability !== 'NET_BIND_SERVICE');
  const rules: [string, boolean][] = [
    ['runs as root', effective.runAsNonRoot !== true || effective.runAsUser === 0],
    ['no seccomp profile', !['RuntimeDefault', 'Localhost'].includes(effective.seccompProfile?.type ?? '')],
    ['may escalate', own.allowPrivilegeEscalation !== false || own.privileged === true],
    ['keeps capabilities', !own.capabilities?.drop?.includes('ALL') || added.length > 0],
  ];
  return rules.filter(([, broken]) => broken).map(([rule]) => `${container.name}: ${rule}`);
}
