import { at, listAt, textAt } from '../gitops/values';
import { isFault, type Kubernetes, type KubernetesObject, labelSelector, RESOURCES } from '../kubernetes';
import { foreignLine } from '../text/foreign-text';

const MESSAGE = 300;

/** Whether an object is what its manifest asks for, as its operator says. */
export interface Readiness {
  readonly name: string;
  /** Undefined before the operator has looked at it. */
  readonly isReady: boolean | undefined;
  /** Reason and message of its operator: foreign text, clean. */
  readonly reason: string;
  /** The reason alone where it is one word, which cannot be a sentence to anybody. */
  readonly word: string | undefined;
}

export interface CertificateState extends Readiness {
  readonly hosts: readonly string[];
  readonly expiresAt: string | undefined;
}

/** Certificates of cert-manager in a namespace, with the hosts that each is for. */
export async function certificatesOf(kubernetes: Kubernetes, namespace: string): Promise<CertificateState[]> {
  const { items } = await kubernetes.list(RESOURCES.certificate, { namespace });
  return items.map((item) => ({
    ...readReady(item),
    hosts: listAt(item, 'spec', 'dnsNames').map((host) => String(host).toLowerCase()),
    expiresAt: textAt(item, 'status', 'notAfter'),
  }));
}

/** ExternalSecrets of one service. @param instance full name that chart `service` labels them with. */
export async function externalSecretsOf(
  kubernetes: Kubernetes,
  namespace: string,
  instance: string,
): Promise<Readiness[]> {
  const labels = labelSelector({ 'app.kubernetes.io/instance': instance });
  const { items } = await kubernetes.list(RESOURCES.externalSecret, { namespace, labels });
  return items.map(readReady);
}

/** Database of CloudNativePG; it has `status.applied` and no conditions. That it is not there yet is an answer too. */
export async function databaseOf(kubernetes: Kubernetes, namespace: string, name: string): Promise<Readiness> {
  const item = await kubernetes.get(RESOURCES.database, { namespace, name }).catch((error: unknown) => {
    if (isFault(error, 'absent')) return undefined;
    throw error;
  });
  if (!item) return { name, isReady: false, reason: 'The cluster has no such Database yet.', word: undefined };
  const applied = at(item, 'status', 'applied');
  return {
    name,
    isReady: typeof applied === 'boolean' ? applied : undefined,
    reason: foreignLine(textAt(item, 'status', 'message') ?? '', MESSAGE),
    word: undefined,
  };
}

/** The condition `Ready` that cert-manager and External Secrets write alike. */
export function readReady(object: KubernetesObject): Readiness {
  const ready = listAt(object, 'status', 'conditions').find((each) => textAt(each, 'type') === 'Ready');
  const status = textAt(ready, 'status');
  const words = [textAt(ready, 'reason'), textAt(ready, 'message')].filter((part) => part !== undefined && part !== '');
  return {
    name: object.metadata?.name ?? '',
    isReady: status === 'True' ? true : status === 'False' ? false : undefined,
    reason: foreignLine(words.join(': '), MESSAGE),
    word: /^[A-Z][A-Za-z]{1,59}$/.exec(textAt(ready, 'reason') ?? '')?.[0],
  };
}
