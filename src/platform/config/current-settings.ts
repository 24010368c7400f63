import { existsSync } from 'node:fs';
import { loadEnvFile } from 'node:process';
import type { Setting } from './setting';
import { SETTINGS } from './settings';

/** One setting as a person would write it. */
export interface CurrentSetting {
  readonly name: string;
  readonly value: string;
  readonly fallback: string;
  readonly isSet: boolean;
  readonly help: string;
  /** Its value is for nobody's eyes. */
  readonly isSecret: boolean;
}

/** Every setting with what the environment (and a `.env` file) says about it, valid or not. */
export function currentSettings(): CurrentSetting[] {
  if (existsSync('.env')) loadEnvFile('.env');
  return Object.values<Setting>(SETTINGS).map(({ name, fallback = '', help, isSecret = false }) => {
    const given = process.env[name];
    return { name, value: given ?? fallback, fallback, isSet: given !== undefined, help, isSecret };
  });
}
