import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { createApp } from '../app';
import { readConfig } from '../platform/config';
import { log } from '../platform/logging';

/** The whole program with default settings on a folder of its own that is thrown away: for what its declarations say. */
export async function withScratchApp<T>(work: (app: NestExpressApplication) => T | Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'mctl-scratch-'));
  log.level = 'warn';
  try {
    const app = await createApp(readConfig({ MCTL_DATA_DIR: folder }));
    try {
      return await work(app);
    } finally {
      await app.close();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
