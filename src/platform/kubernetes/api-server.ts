import type { Config } from '../config';
import { Connection } from './connection';
import { exchange, exchangeJson, malformed, objectIn, type Request } from './exchange';
import { isFault } from './kubernetes-fault';
import type { Resource } from './resource';

export interface ApiServerFacts {
  readonly address: string;
  /** E.g. `v1.36.0`. */
  readonly version: string;
  /** Milliseconds since 1970 by its clock, to the second. */
  readonly clock: number | undefined;
}

export interface Served {
  readonly isServed: boolean;
  /** Every version of its group that is served; none where nobody has installed the group. */
  readonly versions: readonly string[];
}

/** `*` as verb, group or plural asks for all of them. */
export interface Permission {
  readonly verb: string;
  readonly resource: Pick<Resource, 'group' | 'plural'>;
  /** Absent = every namespace. */
  readonly namespace?: string;
  readonly subresource?: string;
}

interface AccessReview {
  readonly status?: { readonly allowed?: boolean };
}

/** What an API server says of itself and of our credential. Whoever is let in may ask (`system:discovery`, `system:basic-user`). */
export class ApiServer {
  private readonly connection: Connection;
  private readonly timeoutMs: number;

  constructor({ values }: Pick<Config, 'values'>) {
    this.connection = new Connection(values.kubeconfig);
    this.timeoutMs = values.kubernetesTimeout;
  }

  /** @throws KubernetesFault; as all here. */
  async about(signal?: AbortSignal): Promise<ApiServerFacts> {
    const request: Request = { method: 'GET', path: '/version', doing: 'ask for its version', signal };
    const { text, date = '' } = await exchange(this.connection, request, this.timeoutMs);
    const { server: address } = await this.connection.target();
    const { gitVersion } = objectIn(text, request.doing);
    if (typeof gitVersion !== 'string') throw malformed(request.doing);
    const clock = Date.parse(date);
    return { address, version: gitVersion, clock: Number.isNaN(clock) ? undefined : clock };
  }

  /** Whether it knows the kind in the version that MCTL speaks. An aggregated API that is registered and does not answer is a fault. */
  async serves({ group, version, plural }: Resource, signal?: AbortSignal): Promise<Served> {
    const ask = <T>(path: string): Promise<T> =>
      this.json<T>({ method: 'GET', path, doing: `ask for the kinds of ${group}`, signal });
    try {
      const { versions = [] } = await ask<{ versions?: { version: string }[] }>(`/apis/${encodeURIComponent(group)}`);
      const names = versions.map((each) => each.version);
      if (!names.includes(version)) return { isServed: false, versions: names };
      const { resources = [] } = await ask<{ resources?: { name: string }[] }>(`/apis/${group}/${version}`);
      return { isServed: resources.some(({ name }) => name === plural), versions: names };
    } catch (error) {
      if (isFault(error, 'not_installed')) return { isServed: false, versions: [] };
      throw error;
    }
  }

  /** Whether our credential may do this (SelfSubjectAccessReview). */
  async may({ verb, resource, namespace, subresource }: Permission, signal?: AbortSignal): Promise<boolean> {
    const { group, plural } = resource;
    const resourceAttributes = { verb, group, resource: plural, subresource, namespace };
    const review = await this.json<AccessReview>({
      method: 'POST',
      path: '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
      body: {
        type: 'application/json',
        value: { apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectAccessReview', spec: { resourceAttributes } },
      },
      doing: 'ask for its permissions',
      signal,
    });
    return review.status?.allowed === true;
  }

  private json<T>(request: Request): Promise<T> {
    return exchangeJson<T>(this.connection, request, this.timeoutMs);
  }
}
