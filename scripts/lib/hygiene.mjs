import { existsSync, readFileSync, statSync } from 'node:fs';
import { trackedFiles } from './git.mjs';
import { at } from './paths.mjs';

const TESTS = /(^test\/|\/testing\/|\.(spec|fixture)\.ts$)/;

/** Each pattern is written so that it does not find itself. `tests` allows the thing in tests, which make up such values. */
const RULES = [
  { what: 'a place to download from in package-lock.json', only: /^package-lock\.json$/, pattern: /"resolved":\s*"/ },
  {
    what: 'the host of a package registry',
    pattern: /https?:[/]{2}(registry|npm|nexus|artifactory|verdaccio)\.(?!example\b)[\w.-]+|^\s*registry\s*=/im,
  },
  { what: 'a path of one machine', pattern: /(?<![\w.~/)}-])[/](work|root|tmp)[/]/, tests: true },
  { what: 'a private key', pattern: /-{5}BEGIN [A-Z ]*PRIVATE KEY-{5}\s+[A-Za-z0-9+/=]{20}/ },
  {
    what: 'a token',
    pattern:
      /\b(gh[pousr]_[A-Za-z0-9]{36}|github_pat_\w{40}|glpat-[\w-]{20}|npm_[A-Za-z0-9]{36}|AKIA[A-Z0-9]{16}|xox[abprs]-[\w-]{20})/,
    tests: true,
  },
  { what: 'a signed token', pattern: /\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{20,}/ },
  {
    what: 'a credential in a URL',
    pattern: /\b[a-z][a-z+]*:[/]{2}[^\s/:@'"`$<{]+:[^\s/:@'"`$<{]+@[\w.-]+/i,
    tests: true,
  },
  { what: 'a registry credential', pattern: /_auth(Token)?\s*=\s*\S/ },
];
const LARGEST = 2 * 1024 * 1024;

/** What must never be in a repository that strangers clone, with file and line. */
export function leaks() {
  return trackedFiles().flatMap((path) => {
    if (!existsSync(at(path)) || statSync(at(path)).size > LARGEST) return [];
    const text = readFileSync(at(path), 'utf8');
    return RULES.filter((rule) => applies(rule, path)).flatMap(({ what, pattern }) => {
      const found = pattern.exec(text);
      return found ? [`${path}:${text.slice(0, found.index).split('\n').length} ${what}`] : [];
    });
  });
}

function applies({ only, tests }, path) {
  return (only?.test(path) ?? true) && !(tests && TESTS.test(path));
}
