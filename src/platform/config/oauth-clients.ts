import { z } from 'zod';

const redirectUri = z
  .url('redirect_uris must be URLs')
  .refine((uri) => !uri.includes('#'), 'redirect_uris must have no fragment');
const client = z.strictObject({
  client_id: z.string().regex(/^[A-Za-z0-9._-]{3,100}$/, 'client_id must be 3 to 100 of A-Z a-z 0-9 . _ -'),
  client_name: z.string().min(1).max(80),
  redirect_uris: z.array(redirectUri).min(1).max(20),
  client_secret_file: z.string().min(1).optional(),
});

/** An application that the operator has registered. With a secret file it must prove itself, otherwise PKCE alone protects it. */
export type RegisteredClient = z.output<typeof client>;

/** `MCTL_OAUTH_CLIENTS`: a JSON list. */
export const oauthClients = jsonList(client, ({ client_id }) => client_id, 'client_id');

const pattern = (rule: RegExp, error: string) => z.string().regex(rule, error);
const ciRule = z
  .strictObject({
    name: pattern(
      /^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$/,
      'name must be lower-case letters, digits and dashes, at most 40',
    ),
    repository: pattern(/^[A-Za-z0-9][A-Za-z0-9-]{0,38}\/[A-Za-z0-9._-]{1,100}$/, 'repository must be owner/name'),
    repository_id: pattern(/^\d{1,20}$/, 'repository_id must be digits').optional(),
    ref: pattern(
      /^(refs\/[A-Za-z0-9._/-]{1,200}|\*)$/,
      'ref must be a whole ref such as refs/heads/main, or * for all',
    ).optional(),
    environment: z.string().min(1).max(255).optional(),
    team: pattern(/^[a-z]([a-z0-9-]{0,29}[a-z0-9])?$/, 'team must be the name of a team'),
    role: z.enum(['viewer', 'developer', 'owner'], 'role must be viewer, developer or owner'),
  })
  // Whoever may push any branch could otherwise run a job with the role.
  .refine(
    ({ ref, environment }) => ref !== undefined || environment !== undefined,
    'ref or environment must be there: without them a job of any branch has the role; "ref":"*" says that this is meant',
  );

/** Which GitHub Actions jobs get a token of ours, and the role they then have in one team. */
export type CiRule = z.output<typeof ciRule>;

/** `MCTL_OAUTH_CI`: a JSON list. */
export const ciRules = jsonList(ciRule, ({ name }) => name, 'name');

function jsonList<T>(item: z.ZodType<T>, idOf: (item: T) => string, idName: string) {
  const list = z.array(item).max(200);
  return z.string().transform((text, context): readonly T[] => {
    if (text === '') return [];
    const result = list.safeParse(dataOf(text));
    const found = result.success ? result.data : [];
    const twice = found.map(idOf).find((id, index, all) => all.indexOf(id) !== index);
    const problem = result.success ? undefined : result.error.issues[0];
    if (problem) context.addIssue(`must be a JSON list: [${problem.path.join('.')}] ${problem.message}`);
    if (twice !== undefined) context.addIssue(`must have each ${idName} once; ${twice} is there twice`);
    return found;
  });
}

function dataOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
