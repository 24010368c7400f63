import { assertTreePath } from './paths';

export interface Identity {
  name: string;
  email: string;
}

/** Whoever writes to a file that is there says what mode it has, or it loses it. */
export type FileChange =
  { path: string; content: string | Buffer; isExecutable?: boolean | undefined } | { path: string; delete: true };

export interface CommitDraft {
  /** In order; none makes an empty commit. Files are written as plain ones, executable where the change says so. */
  changes: readonly FileChange[];
  message: string;
  author: Identity;
  committer: Identity;
  /** Author and committer date, to the second. */
  at: Date;
}

/**
 * The commits as input of `git fast-import --done`, chained onto `base`; prints one line with the id of each.
 * The branch name they are built under is dropped again in the same breath, so no ref is ever created.
 * @throws TypeError for paths, dates and messages that git could misread.
 */
export function fastImportStream(stagingRef: string, base: string | undefined, drafts: readonly CommitDraft[]): Buffer {
  const out: Buffer[] = [];
  drafts.forEach((draft, index) => {
    const parent = index === 0 && base !== undefined ? `from ${base}\n` : '';
    out.push(text(`commit ${stagingRef}\nmark :${index + 1}\n${header(draft)}`));
    out.push(counted(messageBytes(draft.message)), text(parent));
    for (const change of draft.changes) out.push(...changeCommand(change));
    out.push(text(`\nget-mark :${index + 1}\n`));
  });
  const nothing = '0'.repeat(base?.length ?? 40);
  out.push(text(`reset ${stagingRef}\nfrom ${nothing}\n\ndone\n`));
  return Buffer.concat(out);
}

/** Names as git stores them: nothing that could end the field early, never empty. */
export function cleanIdentity(identity: Identity): Identity {
  return { name: cleanField(identity.name) || 'unknown', email: cleanField(identity.email).replaceAll(' ', '') };
}

export function commitSeconds(at: Date): number {
  const seconds = Math.floor(at.getTime() / 1000);
  if (!Number.isSafeInteger(seconds) || seconds < 0) throw new TypeError('not a usable commit date');
  return seconds;
}

/** With the final newline that git commands give a message. */
export function messageBytes(message: string): Buffer {
  if (message.includes('\0')) throw new TypeError('a commit message must not hold NUL');
  return Buffer.from(message.endsWith('\n') ? message : `${message}\n`);
}

function header(draft: CommitDraft): string {
  const when = `${commitSeconds(draft.at)} +0000`;
  return `author ${person(draft.author)} ${when}\ncommitter ${person(draft.committer)} ${when}\n`;
}

function person(identity: Identity): string {
  const { name, email } = cleanIdentity(identity);
  return `${name} <${email}>`;
}

function cleanField(value: string): string {
  return value
    .replace(/[<>\u0000-\u001f\u007f\u2028\u2029]/g, ' ')
    .replace(/ +/g, ' ')
    .trim()
    .slice(0, 200);
}

function changeCommand(change: FileChange): Buffer[] {
  const path = quoted(assertTreePath(change.path));
  if ('delete' in change) return [text(`D ${path}\n`)];
  const content = typeof change.content === 'string' ? Buffer.from(change.content) : change.content;
  return [text(`M ${change.isExecutable ? '100755' : '100644'} inline ${path}\n`), counted(content)];
}

/** Always quoted; of what fast-import would unescape only the quote can occur in a checked path. */
function quoted(path: string): string {
  return `"${path.replaceAll('"', '\\"')}"`;
}

function counted(content: Buffer): Buffer {
  return Buffer.concat([text(`data ${content.length}\n`), content, text('\n')]);
}

function text(value: string): Buffer {
  return Buffer.from(value, 'utf8');
}
