import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import { importJWK, type JWK, type JWTPayload, SignJWT } from 'jose';

interface Facts {
  readonly issuer: string;
  readonly keys: readonly JWK[];
}

export interface TestSignIn {
  readonly login: string;
  readonly audience?: string;
  readonly groups?: readonly string[];
  readonly client?: string;
  readonly alg?: 'RS256' | 'ES256';
  /** An id token, as Dex gives to portals; otherwise an access token of RFC 9068. */
  readonly kind?: 'id' | 'access';
}

/** npm `oidc-provider` on a free loopback port: a real issuer, with discovery, keys and tokens of its own making. */
export class TestOidc {
  private constructor(
    private readonly child: ChildProcess,
    private readonly lines: Interface,
    private facts: Facts,
  ) {}

  static async start(): Promise<TestOidc> {
    const child = spawn(process.execPath, [join(__dirname, 'oidc-provider.mjs')], {
      cwd: __dirname,
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    const lines = createInterface({ input: child.stdout });
    return new TestOidc(child, lines, await nextFacts(lines));
  }

  get issuer(): string {
    return this.facts.issuer;
  }

  /** The key it signs with now, private part and all. */
  key(alg = 'RS256'): JWK & { kid: string } {
    return this.facts.keys.find((key) => key.alg === alg) as JWK & { kid: string };
  }

  /** A token that the provider gives to whoever signs in. */
  async token({
    login,
    audience = 'mctl',
    groups,
    client = 'portal',
    alg,
    kind = 'access',
  }: TestSignIn): Promise<string> {
    const response = await fetch(`${this.issuer}/token`, {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'urn:mctl:test:sign-in',
        client_id: client,
        client_secret: `${client}-secret-of-the-test`,
        login,
        audience,
        kind,
        ...(groups && { groups: JSON.stringify(groups) }),
        ...(alg && { alg }),
      }),
    });
    const body = (await response.json()) as { token?: string };
    if (body.token === undefined) throw new Error(`The provider gave no token: ${JSON.stringify(body)}`);
    return body.token;
  }

  /** What it never signed, with its own key. */
  async forge(payload: JWTPayload, header: Record<string, unknown> = {}): Promise<string> {
    const key = this.key();
    return new SignJWT(payload)
      .setProtectedHeader({ alg: 'RS256', typ: 'at+jwt', kid: key.kid, ...header })
      .sign(await importJWK(key, 'RS256'));
  }

  /** New keys; the old ones are gone from its key set. */
  async rotate(): Promise<void> {
    const next = nextFacts(this.lines);
    this.child.stdin?.write('rotate\n');
    this.facts = await next;
  }

  async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const exited = once(this.child, 'exit');
    this.child.kill();
    await exited;
  }
}

async function nextFacts(lines: Interface): Promise<Facts> {
  const [line] = (await once(lines, 'line')) as [string];
  return JSON.parse(line) as Facts;
}
