import { type FileProblem, oddFile, type Oddity } from './file-problem';
import { short, someOf } from './shape';

/** As many as a message names, and the file it is about. */
const SHOWN = 6;

/** What only one service may have: a host, and the name of its application. Linear in the number of services. */
export class Claims {
  private readonly hosts = new Map<string, string[]>();
  private readonly applications = new Map<string, string[]>();

  /** @param hosts lower-case, each once. */
  add(path: string, application: string, hosts: readonly string[]): void {
    claim(this.applications, application, path);
    for (const host of hosts) claim(this.hosts, host, path);
  }

  /** One for each file that claims what another one claims too. */
  problems(): FileProblem[] {
    return [
      ...clashes(this.hosts, (host, others) => ({
        code: 'duplicate_host',
        message: `the host ${host} is also claimed by ${others}; which of them answers is left to chance.`,
        fix: 'Take the host out of all files but one.',
      })),
      ...clashes(this.applications, (name, others) => ({
        code: 'name_clash',
        message: `its application ${name} is also that of ${others}.`,
        fix: 'Rename one of the services.',
      })),
    ];
  }
}

function claim(claims: Map<string, string[]>, what: string, path: string): void {
  const paths = claims.get(what);
  if (paths) paths.push(path);
  else claims.set(what, [path]);
}

function clashes(
  claims: ReadonlyMap<string, readonly string[]>,
  say: (what: string, others: string) => Oddity,
): FileProblem[] {
  return [...claims]
    .filter(([, paths]) => paths.length > 1)
    .flatMap(([what, paths]) => paths.map((path) => oddFile(path, say(short(what), othersThan(path, paths)))));
}

function othersThan(path: string, paths: readonly string[]): string {
  const some = paths.slice(0, SHOWN).filter((other) => other !== path);
  return someOf(some, paths.length - 1);
}
