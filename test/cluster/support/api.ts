import { Connection } from '../../../src/platform/kubernetes/connection';
import { exchangeJson } from '../../../src/platform/kubernetes/exchange';
import { isFault, type KubernetesObject } from '../../../src/platform/kubernetes';
import type { Loose } from '../../support/loose';

const TIMEOUT_MS = 20_000;
type Object = KubernetesObject & Readonly<Record<string, unknown>>;

/** Any request to the API server with the credential of a kubeconfig: for what MCTL's own client never does. */
export class Api {
  private readonly connection: Connection;

  constructor(kubeconfig: string) {
    this.connection = new Connection(kubeconfig);
  }

  /** @throws KubernetesFault. */
  async ask(method: 'GET' | 'POST' | 'DELETE', path: string, value?: unknown): Promise<Loose> {
    const body = value === undefined ? undefined : { type: 'application/json', value };
    return exchangeJson(this.connection, { method, path, body, doing: `${method} ${path}` }, TIMEOUT_MS);
  }

  create(object: Object): Promise<Loose> {
    return this.ask('POST', `${collectionOf(object)}?fieldValidation=Strict`, object);
  }

  /** Leaves alone what is there already. */
  async ensure(object: Object): Promise<void> {
    await this.create(object).catch((error: unknown) => {
      if (!isFault(error, 'exists')) throw error;
    });
  }

  /** As a controller does: a merge patch, by default of the object itself. */
  async patch(path: string, value: object): Promise<Loose> {
    const body = { type: 'application/merge-patch+json', value };
    return exchangeJson(this.connection, { method: 'PATCH', path, body, doing: `PATCH ${path}` }, TIMEOUT_MS);
  }

  /** What is gone already is well. */
  async remove(path: string): Promise<void> {
    await this.ask('DELETE', path, { kind: 'DeleteOptions', apiVersion: 'v1', gracePeriodSeconds: 0 }).catch(
      (error: unknown) => {
        if (!isFault(error, 'absent', 'not_installed')) throw error;
      },
    );
  }
}

export function collectionOf({ apiVersion = 'v1', kind = '', metadata }: Object): string {
  const base = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const where = metadata?.namespace === undefined ? '' : `/namespaces/${metadata.namespace}`;
  // Of all kinds that the tests make.
  return `${base}${where}/${kind.toLowerCase()}s`;
}

export function pathOfObject(object: Object): string {
  return `${collectionOf(object)}/${object.metadata?.name ?? ''}`;
}
