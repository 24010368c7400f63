import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Config } from '../../platform/config';
import type { RemoteLook, RemoteProbe, RepositoryCopy } from '../../platform/gitops';
import { ApiServer, Kubernetes, type ApiServerFacts } from '../../platform/kubernetes';
import type { SharedStoreReport, StoreReport } from '../../platform/store';
import type { ServerFacts } from '../server-file';

/** The installation under examination, and what earlier checks found out about it for later ones. */
export class Patient {
  /** The server that runs on the data folder and answers. */
  server: ServerFacts | undefined;
  /** How the remote is asked; set once the remote has answered. */
  probe: RemoteProbe | undefined;
  /** Undefined as well while the embedded repository waits for the first start. */
  look: RemoteLook | undefined;
  copy: RepositoryCopy | undefined;
  store: StoreReport | SharedStoreReport | undefined;
  /** The API server, once it has answered, and this machine's clock in that moment (milliseconds). */
  cluster: (ApiServerFacts & { readonly now: number }) | undefined;
  readonly apiServer: ApiServer;
  readonly kubernetes: Kubernetes;
  private folder: string | undefined;

  constructor(readonly config: Config) {
    // Neither reads a file or loads the library before it is asked.
    this.apiServer = new ApiServer(config);
    this.kubernetes = new Kubernetes(config);
  }

  get isEmbedded(): boolean {
    return this.config.values.gitopsRemote === undefined;
  }

  /** A folder for this command alone, in the temporary folder of the system. */
  scratch(name: string): string {
    this.folder ??= mkdtempSync(join(tmpdir(), 'mctl-doctor-'));
    return join(this.folder, name);
  }

  async dispose(): Promise<void> {
    await this.copy?.close();
    if (this.folder !== undefined) rmSync(this.folder, { recursive: true, force: true });
  }
}
