import { build } from './lib/build.mjs';
import { badCommits } from './lib/commits.mjs';
import { staleFiles } from './lib/generated.mjs';
import { leaks } from './lib/hygiene.mjs';
import { ensureInstall } from './lib/install.mjs';
import { PARTS, runParts } from './lib/parts.mjs';
import { capture, fail, say, seconds } from './lib/process.mjs';
import { requireGit, requireNode } from './lib/requirements.mjs';
import { runTests } from './lib/tests.mjs';

/** All that CI demands. Every step runs, so that one visit shows everything that is wrong; the tests come last. */
requireNode();
requireGit();
ensureInstall();
build();

const started = performance.now();
const withoutUnit = Object.keys(PARTS).filter((name) => name !== 'unit');
const failed = await runParts(withoutUnit);
await step('generated', staleFiles);
await step('commits', badCommits);
await step('leaks', leaks);
await step('packages', brokenPackages);

console.log('\nall tests');
if ((await runTests([])) !== 0) failed.push('tests');
if (failed.length > 0) fail(`\nchecklist failed: ${failed.join(', ')} (${seconds(started)})`);
say(`\nchecklist passed (${seconds(started)})`);

async function step(name, findProblems) {
  const begun = performance.now();
  const problems = await findProblems();
  console.log(`${problems.length === 0 ? 'ok    ' : 'FAILED'} ${name.padEnd(14)} ${seconds(begun)}`);
  if (problems.length === 0) return;
  failed.push(name);
  console.log(problems.map((line) => `  ${line}`).join('\n'));
}

async function brokenPackages() {
  const { code, output } = await capture('npm', ['ls', '--all', '--loglevel=error']);
  return code === 0 ? [] : [output.split('\n').filter((line) => /missing|invalid|extraneous|ERR/i.test(line)).join('\n  ')];
}
