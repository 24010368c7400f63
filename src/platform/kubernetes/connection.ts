import { existsSync } from 'node:fs';
import type { RequestOptions } from 'node:https';
import type { KubeConfig } from '@kubernetes/client-node';
import { KubernetesFault } from './kubernetes-fault';

/** Where Kubernetes mounts the service account of a pod. */
const SERVICE_ACCOUNT_TOKEN = '/var/run/secrets/kubernetes.io/serviceaccount/token';

/** Where requests go and what they carry. Made anew for each request: tokens and certificates are rotated. */
export interface Target {
  /** Without a slash at its end. */
  readonly server: string;
  /** Headers with the credential, agent, certificates. Never to be logged. */
  readonly options: RequestOptions;
}

/**
 * The API server and our credential there: of a kubeconfig, or of the pod that this process runs in. What they may hold (tokens, token files
 * that are rotated, certificates, OIDC, exec plugins, proxies) is the library's business. It takes 0.4 s to load, so that happens at first use.
 */
export class Connection {
  private config: Promise<KubeConfig> | undefined;

  /** @param kubeconfig path of a kubeconfig; undefined = the service account of this pod. */
  constructor(private readonly kubeconfig: string | undefined) {}

  /** @throws KubernetesFault `misconfigured`. What the files hold is never told. */
  async target(): Promise<Target> {
    this.config ??= this.load();
    const loading = this.config;
    try {
      const config = await loading;
      const options: RequestOptions = {};
      await config.applyToHTTPSOptions(options);
      return { server: (config.getCurrentCluster()?.server ?? '').replace(/\/+$/, ''), options };
    } catch (cause) {
      this.forget();
      if (cause instanceof KubernetesFault) throw cause;
      throw misconfigured(
        'what it names (a certificate, a token file, a plugin) cannot be used',
        this.kubeconfig,
        cause,
      );
    }
  }

  /** Ends when the library and the configuration are there, or cannot be: what that takes is not the server's time. */
  async loaded(): Promise<void> {
    this.config ??= this.load();
    await this.config.catch(() => undefined);
  }

  /** Reads everything again at the next request, e.g. because the credential is refused: it may have been replaced. */
  forget(): void {
    this.config = undefined;
  }

  private async load(): Promise<KubeConfig> {
    if (this.kubeconfig === undefined && !existsSync(SERVICE_ACCOUNT_TOKEN)) {
      throw new KubernetesFault(
        'misconfigured',
        'MCTL_KUBECONFIG is not set, and this process does not run in a pod with a service account.',
      );
    }
    const { KubeConfig: Config } = await import('@kubernetes/client-node');
    const config = new Config();
    try {
      if (this.kubeconfig === undefined) config.loadFromCluster();
      else config.loadFromFile(this.kubeconfig);
    } catch (cause) {
      throw misconfigured('it cannot be read, or is no kubeconfig', this.kubeconfig, cause);
    }
    const server = config.getCurrentCluster()?.server ?? '';
    if (!isServer(server)) throw misconfigured('its current context leads to no server', this.kubeconfig);
    return config;
  }
}

function isServer(text: string): boolean {
  return URL.canParse(text) && /^https?:\/\/(?!undefined)/.test(text);
}

/** Of the cause only its code goes along: texts of YAML parsers quote the lines they fail at. */
function misconfigured(what: string, kubeconfig: string | undefined, cause?: unknown): KubernetesFault {
  const source = kubeconfig === undefined ? 'The service account of this pod' : 'The kubeconfig of MCTL_KUBECONFIG';
  const { code } = (cause ?? {}) as { code?: unknown };
  return new KubernetesFault('misconfigured', `${source} cannot be used: ${what}.`, {
    detail: typeof code === 'string' ? code : undefined,
  });
}
