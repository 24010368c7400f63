import type { Config } from '../platform/config';
import { log } from '../platform/logging';

/** For a server: the level and name that the settings give. */
export function applyLogSettings({ values }: Config): void {
  log.level = values.logLevel;
  log.setBindings({ instance: values.instance });
}

/** For a command: its answer matters, the log only where something is wrong or somebody is looking for it. */
export function quietLog({ values }: Config, quiet: 'warn' | 'error' = 'warn'): void {
  log.level = values.logLevel === 'info' ? quiet : values.logLevel;
}
