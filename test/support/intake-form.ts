import { IntakeVisitor, type Reply } from './intake-visitor';

/**
 * Enters the values behind a one-time link, in the order of their names, and answers the page that is shown then.
 * @throws Error with status and text of the first page that did not let it on.
 */
export async function enterSecrets(link: string, token: string, values: readonly string[]): Promise<string> {
  const visitor = new IntakeVisitor(link);
  must(await visitor.enter(token), 200);
  must(await visitor.store(values), 303);
  return must(await visitor.open(), 200).text;
}

function must(reply: Reply, status: number): Reply {
  if (reply.status !== status) throw new Error(`${reply.status}: ${reply.text}`);
  return reply;
}
