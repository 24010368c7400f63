import { resolve } from 'node:path';
import { shellWord } from '../text/shell-word';
import type { Config } from './config';
import { isLoopback } from './identity-rules';
import { SETTINGS } from './settings';

/**
 * The command that signs a local token for somebody, run in MCTL's folder.
 * @param config where the command is to name a data folder that is not the default one.
 */
export function tokenCommand(config?: Pick<Config, 'dataDir'>, login = 'LOGIN'): string {
  const command = `npm run --silent mctl -- token --user ${shellWord(login)}`;
  return config && isElsewhere(config) ? `${SETTINGS.dataDir.name}=${shellWord(config.dataDir)} ${command}` : command;
}

/** Whether a command that did not name the data folder would sign with another key than this server's. */
export function isElsewhere({ dataDir }: Pick<Config, 'dataDir'>): boolean {
  return dataDir !== resolve(SETTINGS.dataDir.fallback ?? '');
}

/** Whether what goes to this address can be read on the way. */
export function isInClear(publicUrl: string | undefined): boolean {
  if (publicUrl === undefined) return false;
  const { protocol, hostname } = new URL(publicUrl);
  return protocol === 'http:' && !isLoopback(hostname.replace(/^\[|\]$/g, ''));
}
