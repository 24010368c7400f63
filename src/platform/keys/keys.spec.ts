import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Keys } from './keys';

describe('Keys', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'mctl-keys-'))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const publicPart = (keys: Keys) => keys.verifyingKey.export({ format: 'pem', type: 'spki' });

  it('are the same at every opening', () => {
    const [first, second] = [Keys.open(folder), Keys.open(folder)];
    expect(publicPart(second)).toBe(publicPart(first));
    expect(second.sealingKey).toEqual(first.sealingKey);
    expect(first.sealingKey).toHaveLength(32);
  });

  it('are others in another installation', () => {
    const other = mkdtempSync(join(tmpdir(), 'mctl-keys-'));
    expect(publicPart(Keys.open(other))).not.toBe(publicPart(Keys.open(folder)));
    rmSync(other, { recursive: true });
  });

  it('can be read by their owner only, and leave no draft behind', () => {
    Keys.open(folder);
    expect(statSync(join(folder, 'keys')).mode & 0o777).toBe(0o700);
    expect(readdirSync(join(folder, 'keys'))).toEqual(['installation.pem']);
    expect(statSync(join(folder, 'keys/installation.pem')).mode & 0o777).toBe(0o600);
  });

  it('do not replace a file that is no key', () => {
    Keys.open(folder);
    writeFileSync(join(folder, 'keys/installation.pem'), 'damaged');
    expect(() => Keys.open(folder)).toThrow();
    expect(() => Keys.open(folder)).toThrow();
  });

  it('are one pair when several processes open them first', async () => {
    const script = `
      require('@swc/core');
      const { Keys } = require(${JSON.stringify(compiled(folder))});
      process.stdout.write(Keys.open(process.argv[1]).verifyingKey.export({ format: 'pem', type: 'spki' }));`;
    const run = promisify(execFile);
    const answers = await Promise.all(
      Array.from({ length: 4 }, () =>
        run(process.execPath, ['-e', script, join(folder, 'shared')], { cwd: process.cwd() }),
      ),
    );
    expect(new Set(answers.map(({ stdout }) => stdout)).size).toBe(1);
  });
});

/** `keys.ts` and what it needs, as other processes can load it. */
function compiled(folder: string): string {
  const { transformFileSync } = require('@swc/core') as typeof import('@swc/core');
  const options = {
    swcrc: false,
    module: { type: 'commonjs' as const },
    jsc: { parser: { syntax: 'typescript' as const }, target: 'es2022' as const },
  };
  const { code: ulid } = transformFileSync(join(__dirname, '../crypto/ulid.ts'), options);
  const { code: keys } = transformFileSync(join(__dirname, 'keys.ts'), options);
  writeFileSync(join(folder, 'ulid.js'), ulid);
  writeFileSync(join(folder, 'keys.js'), keys.replace('"../crypto"', '"./ulid.js"'));
  return join(folder, 'keys.js');
}
