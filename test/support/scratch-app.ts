import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { createApp } from '../../src/app';
import { readConfig } from '../../src/platform/config';
import { log } from '../../src/platform/logging';
import { NO_DNS } from './program';

/** The whole program inside the test's own process, on a folder and a port of its own: for what only its container knows. */
export class ScratchApp {
  private constructor(
    readonly app: NestExpressApplication,
    readonly url: string,
    readonly dataDir: string,
  ) {}

  static async start(env: Record<string, string> = {}): Promise<ScratchApp> {
    const dataDir = mkdtempSync(join(tmpdir(), 'mctl-contract-'));
    log.level = 'silent';
    const app = await createApp(readConfig({ MCTL_DATA_DIR: dataDir, MCTL_DNS_RESOLVERS: NO_DNS, ...env }));
    await app.listen(0, '127.0.0.1');
    return new ScratchApp(app, await app.getUrl(), dataDir);
  }

  async stop(): Promise<void> {
    await this.app.close();
    rmSync(this.dataDir, { recursive: true, force: true });
  }
}
