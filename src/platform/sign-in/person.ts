import { z } from 'zod';

const person = z.object({
  login: z.string(),
  email: z.string().optional(),
  /** GitHub teams, `organisation/slug` in lower case; undefined = none were asked for. */
  teams: z.array(z.string()).optional(),
  /** Why teams are not known, for the person to read. */
  teamsUnknown: z.string().optional(),
  via: z.enum(['local', 'github', 'oidc']),
  /** ISO 8601. */
  signedInAt: z.string(),
});

/** Who signed in, and what the identity provider said of them then. No credential of theirs is in it. */
export type Person = z.infer<typeof person>;

export function readPerson(data: unknown): Person | undefined {
  const { success, data: found } = person.safeParse(data);
  return success ? found : undefined;
}
