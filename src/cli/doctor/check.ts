import type { Patient } from './patient';

/** `warning`: MCTL works, somebody should look. `failed`: it does not, or must not. `skipped`: could not be told. */
export type Status = 'ok' | 'warning' | 'failed' | 'skipped';

/** What one check found out. */
export interface Finding {
  readonly status: Status;
  /** One line: version, path, size, address; never a credential. */
  readonly found: string;
  /** The next step, where there is one. */
  readonly fix?: string;
  /** More lines for people; the same facts belong into `details`. */
  readonly lines?: readonly string[];
  /** Facts for programs, in `--json` only. */
  readonly details?: Readonly<Record<string, unknown>>;
}

export interface CheckResult extends Finding {
  readonly name: string;
}

/** One thing that is looked at. */
export interface Check {
  readonly name: string;
  /** Names of the settings that it uses: with one of them wrong there is nothing to look at. */
  readonly settings?: readonly string[];
  /** Checks before it that must have gone well. */
  readonly after?: readonly string[];
  /** After so many milliseconds it has failed. */
  readonly limitMs: number;
  /** Whatever it throws is a failure. `signal` tells that nobody waits any more. */
  run(patient: Patient, signal: AbortSignal): Finding | Promise<Finding>;
}

type More = Pick<Finding, 'lines' | 'details'>;

export function ok(found: string, more: More = {}): Finding {
  return { status: 'ok', found, ...more };
}

export function warning(found: string, fix: string, more: More = {}): Finding {
  return { status: 'warning', found, fix, ...more };
}

export function failed(found: string, fix: string, more: More = {}): Finding {
  return { status: 'failed', found, fix, ...more };
}

export function skipped(found: string): Finding {
  return { status: 'skipped', found };
}
