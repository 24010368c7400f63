export interface LogScope {
  readonly namespace: string;
  /** Name of the Deployment; its pods are called `{deployment}-{hash}-{five characters}`. */
  readonly deployment: string;
  /** Text that every line holds. */
  readonly contains?: string;
}

/** LogQL for the lines of one service. Values may come from anywhere: each ends up as one quoted string, whatever it holds. */
export function logQuery({ namespace, deployment, contains }: LogScope): string {
  const pods = `${literally(deployment)}-[a-z0-9]{1,10}-[a-z0-9]{5}`;
  const streams = `{namespace=${quoted(namespace)},pod=~${quoted(pods)}}`;
  return contains === undefined ? streams : `${streams} |= ${quoted(contains)}`;
}

/** Text as an RE2 expression that matches this text alone; Loki anchors matchers at both ends. */
function literally(text: string): string {
  return text.replace(/[\\.+*?()|[\]{}^$]/g, '\\$&');
}

/** LogQL takes Go's string literals, and JSON's escapes are a part of theirs. */
function quoted(text: string): string {
  return JSON.stringify(text);
}
