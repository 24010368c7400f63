import { quietLog } from '../log-settings';
import { checksFor } from './all-checks';
import type { CheckResult } from './check';
import { Patient } from './patient';
import { runChecks } from './run-checks';
import { examineSettings } from './settings-check';

/** Every check but that of Node itself. */
export async function examine(onCheck: (name: string) => void): Promise<readonly CheckResult[]> {
  const { config, wrong, results } = examineSettings();
  // What goes wrong is a finding here, told once.
  quietLog(config, 'error');
  const patient = new Patient(config);
  try {
    return [...results, ...(await runChecks(checksFor(config), patient, { wrongSettings: wrong, onCheck }))];
  } finally {
    await patient.dispose();
  }
}
