import { quietLog } from '../log-settings';
import { CHECKS } from './all-checks';
import type { CheckResult } from './check';
import { Patient } from './patient';
import { runChecks } from './run-checks';
import { examineSettings } from './settings-check';

/** Every check but that of Node itself. */
export async function examine(onCheck: (name: string) => void): Promise<readonly CheckResult[]> {
  const { config, wrong, results } = examineSettings();
  quietLog(config);
  const patient = new Patient(config);
  try {
    return [...results, ...(await runChecks(CHECKS, patient, { wrongSettings: wrong, onCheck }))];
  } finally {
    await patient.dispose();
  }
}
