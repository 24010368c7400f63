import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../platform/package-root';
import { type CheckResult, failed, ok } from './check';
import { isInRange, versionIn } from './version';

/**
 * The rule is `engines` in package.json: the first versions in which CommonJS may require an ES module without a flag (Nest is
 * nothing but ES modules). It stands apart from the other checks, which load what an old Node cannot.
 */
export function checkNode(version = process.versions.node): CheckResult {
  const { engines } = JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8')) as {
    engines: { node: string };
  };
  const found = `${version} (${process.execPath})`;
  const isFit = isInRange(versionIn(version) ?? [], engines.node);
  return {
    name: 'node',
    ...(isFit ? ok(found) : failed(`${found} is too old for MCTL`, `Install Node ${engines.node}.`)),
  };
}
