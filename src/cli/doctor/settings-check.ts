import {
  type Config,
  ConfigError,
  type CurrentSetting,
  currentSettings,
  loadConfig,
  readConfig,
} from '../../platform/config';
import { type CheckResult, failed, ok } from './check';

/** What the environment says, as far as it can be used. */
export interface SettingsReport {
  /** Defaults stand where a setting is wrong. */
  readonly config: Config;
  readonly wrong: ReadonlySet<string>;
  /** One result for each wrong setting, or one for all. */
  readonly results: readonly CheckResult[];
}

export function examineSettings(): SettingsReport {
  let settings: readonly CurrentSetting[] = [];
  try {
    settings = currentSettings();
    return { config: loadConfig(), wrong: new Set(), results: [allWell(settings)] };
  } catch (error) {
    return error instanceof ConfigError ? salvage(error.problems, settings) : unreadable(error);
  }
}

function allWell(settings: readonly CurrentSetting[]): CheckResult {
  const set = settings.filter(({ isSet }) => isSet).map(({ name }) => name);
  const found = `${settings.length} settings, ${set.length === 0 ? 'all at their defaults' : `set: ${set.join(', ')}`}`;
  return { name: 'settings', ...ok(found, { details: { set } }) };
}

function salvage(problems: readonly string[], settings: readonly CurrentSetting[]): SettingsReport {
  const results = problems.map(wrongSetting);
  const wrong = new Set(problems.map(nameIn));
  const usable = settings.filter(({ name, isSet }) => isSet && !wrong.has(name));
  const environment = Object.fromEntries(usable.map(({ name, value }) => [name, value]));
  try {
    return { config: readConfig(environment), wrong, results };
  } catch {
    // Settings that are right one by one and wrong together: nothing of them can be relied on.
    return { config: readConfig({}), wrong: new Set(settings.map(({ name }) => name)), results };
  }
}

function wrongSetting(problem: string): CheckResult {
  const fix = `Correct ${nameIn(problem)} in the environment or .env; mctl env explains every setting.`;
  return { name: 'settings', ...failed(problem, fix, { details: { setting: nameIn(problem) } }) };
}

/** Every problem begins with the name of its setting. */
function nameIn(problem: string): string {
  return /^\w+/.exec(problem)?.[0] ?? '';
}

function unreadable(error: unknown): SettingsReport {
  const why = error instanceof Error ? error.message : String(error);
  const finding = failed(`.env cannot be read: ${why}`, 'Mend or remove the .env file in the working folder.');
  return { config: readConfig({}), wrong: new Set(), results: [{ name: 'settings', ...finding }] };
}
