import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Injectable } from '@nestjs/common';
import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import { InvalidInput, type Problem } from '../errors';
import { packageRoot } from '../package-root';
import type { FileChange } from './file-index';
import { parseYaml } from './yaml';
import type { World } from './world';

/**
 * Values files against the `values.schema.json` of their chart, before anything is committed. A file that people wrote may break
 * the schema already; a plan is refused only for what it adds.
 */
@Injectable()
export class ManifestSchemas {
  private readonly ajv = new Ajv({ allErrors: true, strictSchema: true, strictTypes: true, allowUnionTypes: true });
  private readonly compiled = new Map<string, ValidateFunction>();

  /** @throws InvalidInput naming file and key of each violation that the changes bring. */
  check(changes: readonly FileChange[], world: World): void {
    const problems = changes.flatMap((change) => this.newViolations(change, world));
    if (problems.length === 0) return;
    throw new InvalidInput(
      `The change would make ${problems.length === 1 ? 'a value' : 'values'} that the chart does not take.`,
      {
        code: 'schema_violation',
        ...problems[0],
        problems,
      },
    );
  }

  /** Compiled for the first write: that takes a tenth of a second, which no start needs. */
  private schemaOf(chart: 'tenant' | 'service'): ValidateFunction {
    const known = this.compiled.get(chart);
    if (known) return known;
    const file = join(packageRoot, 'charts', chart, 'values.schema.json');
    const compiled = this.ajv.compile(JSON.parse(readFileSync(file, 'utf8')) as object);
    this.compiled.set(chart, compiled);
    return compiled;
  }

  private newViolations({ path, content }: FileChange, world: World): Problem[] {
    const kind = world.layout.isPreviewFile(path) ? 'service' : world.layout.kindOf(path).kind;
    if (kind === 'other' || kind === 'domain' || kind === 'database' || content === undefined) return [];
    const validate = this.schemaOf(kind);
    const before = world.text(path);
    const known = new Set(before === undefined ? [] : violations(validate, before).map(signature));
    return violations(validate, content)
      .filter((error) => !known.has(signature(error)))
      .map((error) => ({ field: `${path}#${error.instancePath || '/'}`, expected: error.message }));
  }
}

function violations(validate: ValidateFunction, text: string): ErrorObject[] {
  validate(parseYaml(text));
  return validate.errors ?? [];
}

function signature(error: ErrorObject): string {
  return `${error.instancePath} ${error.message}`;
}
