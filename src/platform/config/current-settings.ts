import { existsSync } from 'node:fs';
import { loadEnvFile } from 'node:process';
import { SETTINGS } from './settings';

/** One setting as a person would write it. */
export interface CurrentSetting {
  readonly name: string;
  readonly value: string;
  readonly fallback: string;
  readonly isSet: boolean;
  readonly help: string;
}

/** Every setting with what the environment (and a `.env` file) says about it, valid or not. */
export function currentSettings(): CurrentSetting[] {
  if (existsSync('.env')) loadEnvFile('.env');
  return Object.values(SETTINGS).map(({ name, fallback = '', help }) => {
    const given = process.env[name];
    return { name, value: given ?? fallback, fallback, isSet: given !== undefined, help };
  });
}
