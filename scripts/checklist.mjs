import { build } from './lib/build.mjs';
import { badCommits } from './lib/commits.mjs';
import { staleFiles } from './lib/generated.mjs';
import { leaks } from './lib/hygiene.mjs';
import { ensureInstall } from './lib/install.mjs';
import { forgetCaches, PARTS, runParts } from './lib/parts.mjs';
import { capture, fail, say, seconds } from './lib/process.mjs';
import { requireGit, requireNode } from './lib/requirements.mjs';
import { ensureTestNeeds, runTests } from './lib/tests.mjs';

/** All that CI demands. Every step runs, so that one visit shows everything that is wrong; the tests come last. */
const failed = [];
let passed = 0;
let jestSums = false;
// Whoever reads only the sums gets some, also when it did not come to the tests.
process.on('exit', () => jestSums || console.log(`${passed} passed, ${failed.length || 1} failed`));

requireNode();
requireGit();
await ensureInstall();
await build();

const started = performance.now();
forgetCaches();
const withoutUnit = Object.keys(PARTS).filter((name) => name !== 'unit');
failed.push(...(await runParts(withoutUnit)));
passed = withoutUnit.length - failed.length;
await step('generated', staleFiles);
await step('commits', badCommits);
await step('leaks', leaks);
await step('packages', brokenPackages);
await step('conformance', nonConformance);

console.log('\nall tests');
await ensureTestNeeds();
jestSums = true;
if ((await runTests([])) !== 0) failed.push('tests');
if (failed.length > 0) fail(`\nchecklist failed: ${failed.join(', ')} (${seconds(started)})`);
say(`\nchecklist passed (${seconds(started)})`);

async function step(name, findProblems) {
  const begun = performance.now();
  const problems = await findProblems();
  console.log(`${problems.length === 0 ? 'ok    ' : 'FAILED'} ${name.padEnd(14)} ${seconds(begun)}`);
  if (problems.length === 0) {
    passed += 1;
    return;
  }
  failed.push(name);
  console.log(problems.map((line) => `  ${line}`).join('\n'));
}

/** The report belongs into the output of CI, passed or not. */
async function nonConformance() {
  // It needs packages, which may not be there when this file is read.
  const { conformance } = await import('../test/conformance/run.mjs');
  const { lines, problems } = await conformance();
  console.log(lines.join('\n'));
  return problems;
}

async function brokenPackages() {
  const { code, output } = await capture('npm', ['ls', '--all', '--loglevel=error']);
  return code === 0 ? [] : output.split('\n').filter((line) => /missing|invalid|extraneous|ERR/i.test(line));
}
