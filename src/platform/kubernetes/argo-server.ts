import { Inject, Injectable } from '@nestjs/common';
import { Config } from '../config';
import { outgoing, traceHeaders } from '../tracing';
import { Connection } from './connection';
import { codeOf, MOST_BYTES } from './exchange';
import { KubernetesFault } from './kubernetes-fault';
import { refusalOf } from './read-status';
import type { KubernetesObject, ObjectRef } from './resource';

/**
 * Argo's own server, for what the controller keeps in a database and not in the object (`offloadNodeStatusVersion`). It takes the bearer token that the API
 * server takes, and asks the API server with it: MCTL may read there what it may read anyway.
 */
@Injectable()
export class ArgoServer {
  private readonly connection: Connection;

  constructor(@Inject(Config) private readonly config: Pick<Config, 'values'>) {
    this.connection = new Connection(config.values.kubeconfig);
  }

  get isConfigured(): boolean {
    return this.config.values.argoServer !== undefined;
  }

  /** With all of its nodes. @throws KubernetesFault. */
  async workflow({ namespace = '', name }: ObjectRef): Promise<KubernetesObject> {
    const { argoServer: server = '', kubernetesTimeout: timeoutMs } = this.config.values;
    const doing = `read workflow ${name} from Argo’s server`;
    const { options } = await this.connection.target();
    const { Authorization: authorization } = (options.headers ?? {}) as Record<string, string | undefined>;
    const path = ['api', 'v1', 'workflows', namespace, name].map(encodeURIComponent).join('/');
    try {
      const answer = await outgoing('argo', 'GET', async (answered) => {
        const response = await fetch(`${server}/${path}`, {
          headers: { accept: 'application/json', ...traceHeaders(), ...(authorization && { authorization }) },
          // The credential is for this server alone.
          redirect: 'error',
          signal: AbortSignal.timeout(timeoutMs),
        });
        answered(response.status);
        return response;
      });
      const text = await bounded(answer);
      if (!answer.ok) throw refusalOf({ status: answer.status, text: '' }, doing);
      return JSON.parse(text) as KubernetesObject;
    } catch (error) {
      if (error instanceof KubernetesFault) throw error;
      const kind = error instanceof SyntaxError ? 'malformed' : 'unreachable';
      throw new KubernetesFault(kind, `Argo’s server did not answer (${codeOf(error)}), so MCTL cannot ${doing}.`);
    }
  }
}

async function bounded(answer: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of (answer.body ?? []) as AsyncIterable<Uint8Array>) {
    size += chunk.length;
    if (size > MOST_BYTES) throw new KubernetesFault('malformed', 'The answer of Argo’s server is too long.');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
