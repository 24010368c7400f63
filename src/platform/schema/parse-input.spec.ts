import { explainUnknownKey } from './explain';
import fc from 'fast-check';
import { InvalidInput } from '../errors';
import { Choice, Flag, Integer, jsonSchemaOf, ListOf, MapOf, Nested, object, parseInput, text, Text } from './index';

class Scaling {
  @Integer({ minimum: 1, maximum: 50 }) max: number;
  @Flag({ optional: true }) enabled?: boolean;
}

class Member {
  @Text({ maxLength: 39 }) user: string;
  @Choice(['viewer', 'owner']) role: string;
}

class Input {
  @Text({ pattern: /^[a-z]+$/, rule: 'lower-case letters' }) team: string;
  @Integer({ minimum: 0, maximum: 50, optional: true }) replicas?: number;
  @Flag({ default: false }) dry_run: boolean;
  @Choice(['web', 'worker'], { default: 'web' }) type: string;
  @Text({ optional: true, maxLength: 5 }) reason?: string;
  @Nested(() => Scaling, { optional: true }) autoscaling?: Scaling;
  @ListOf(object(() => Member), { optional: true }) members?: Member[];
  @MapOf(text({ nullable: true }), { optional: true, keyPattern: /^[A-Z_]+$/, keyRule: 'A_B' }) env?: Record<
    string,
    string | null
  >;
}

function problemOf(raw: unknown) {
  try {
    parseInput(Input, raw);
  } catch (error) {
    expect(error).toBeInstanceOf(InvalidInput);
    return (error as InvalidInput).details;
  }
  throw new Error('was accepted');
}

describe(parseInput.name, () => {
  it('fills in defaults and leaves out what is absent', () => {
    expect({ ...parseInput(Input, { team: 'a' }) }).toEqual({ team: 'a', dry_run: false, type: 'web' });
  });

  it('converts the exact string forms of numbers and booleans', () => {
    expect(parseInput(Input, { team: 'a', replicas: '3', dry_run: 'true' })).toMatchObject({
      replicas: 3,
      dry_run: true,
    });
  });

  it.each(['3.5', '03', ' 3', '3x', '1e1', 'NaN', 'Infinity', null, [], {}, true, 51, -1])(
    'refuses replicas %p',
    (replicas) => {
      expect(problemOf({ team: 'a', replicas })).toMatchObject({
        field: 'replicas',
        expected: 'a whole number from 0 to 50',
      });
    },
  );

  it.each(['TRUE', '1', 'yes', 0, 1, null])('refuses dry_run %p', (dry_run) => {
    expect(problemOf({ team: 'a', dry_run })).toMatchObject({ field: 'dry_run', allowed: ['true', 'false'] });
  });

  it('takes an empty string of an optional argument as absent, never of a required one', () => {
    expect(parseInput(Input, { team: 'a', reason: '', replicas: '', type: '' })).toMatchObject({ type: 'web' });
    expect(problemOf({ team: '' })).toMatchObject({ field: 'team', expected: 'lower-case letters' });
  });

  it('suggests the name that was meant', () => {
    expect(problemOf({ team: 'a', replica: 1 })).toMatchObject({ field: 'replica', fix: 'Did you mean replicas?' });
  });

  it('calls an argument unknown, names those there are, and never advises to leave it out', () => {
    const unknown = problemOf({ team: 'a', zzzz: 1 });
    expect(unknown.allowed).toContain('team');
    expect(unknown.fix).toMatch(/may do something else/);
    expect(() => parseInput(Input, { team: 'a', zzzz: 1 })).toThrow('zzzz is an unknown argument.');
    const { fix } = explainUnknownKey('image_tag', 'image_tag', ['team', 'target_tag'], ['team', 'target_tag']);
    expect(fix).toBe('Did you mean target_tag?');
  });

  it('refuses __proto__ and constructor as unknown, and pollutes nothing', () => {
    expect(problemOf(JSON.parse('{"team":"a","__proto__":{"admin":true}}'))).toMatchObject({ field: '__proto__' });
    expect(problemOf({ team: 'a', constructor: 1 })).toMatchObject({ field: 'constructor' });
    expect(({} as { admin?: boolean }).admin).toBeUndefined();
  });

  it('names nested fields', () => {
    expect(problemOf({ team: 'a', autoscaling: { max: 99 } })).toMatchObject({ field: 'autoscaling.max' });
    expect(problemOf({ team: 'a', autoscaling: { max: 1, maxx: 1 } })).toMatchObject({ field: 'autoscaling.maxx' });
    expect(problemOf({ team: 'a', members: [{ user: 'x', role: 'boss' }] })).toMatchObject({
      field: 'members[0].role',
      allowed: ['viewer', 'owner'],
    });
    expect(problemOf({ team: 'a', env: { 'a b': 'x' } })).toMatchObject({ field: 'env' });
  });

  it('reports all problems together', () => {
    expect(problemOf({ replicas: 99, extra: 1 }).problems).toHaveLength(2);
  });

  it('tells at most twenty problems, however many there are', () => {
    const keys = Object.fromEntries(Array.from({ length: 50_000 }, (_, index) => [`extra${index}`, 1]));
    expect(problemOf(keys).problems).toHaveLength(20);
    const members = Array.from({ length: 100 }, () => ({}));
    expect(problemOf({ team: 'a', members }).problems).toHaveLength(20);
    expect(() => parseInput(Input, { team: 'a', members })).toThrow(/^200 arguments are not valid: .* and more\.$/);
  });

  it('does not look into a list that is too long', () => {
    const members = Array.from({ length: 101 }, () => ({}));
    expect(problemOf({ team: 'a', members })).toMatchObject({ field: 'members', got: 'a list of 101' });
  });

  it.each(['a\0b', 'a\u202eb', 'a\u200bb', '\ud800', 'a\u{e0041}', '\u0085'])(
    'refuses %j, which nobody would see',
    (reason) => {
      const { field, got, expected } = problemOf({ team: 'a', reason });
      expect([field, expected]).toEqual(['reason', 'text without control, invisible or bidirectional characters']);
      expect(got).toMatch(/^[\x20-\x7e]*$/);
    },
  );

  it.each(['a\tb', 'a\nb', 'é', '👩‍💻', 'می‌'])('takes %j, which somebody may mean', (reason) => {
    expect(parseInput(Input, { team: 'a', reason })).toMatchObject({ reason });
  });

  it('repeats no credential, and no text where a structure belongs', () => {
    expect(problemOf({ team: 'ghp_0123456789abcdefghij' }).got).toBe('"[masked]"');
    expect(problemOf({ team: 'a', env: 'PASSWORD=hunter2' }).got).toBe('text');
    expect(problemOf({ team: 'a', autoscaling: 'PASSWORD=hunter2' }).got).toBe('text');
  });

  it('spells hidden characters of unknown keys out', () => {
    expect(problemOf({ team: 'a', 'x\u202ey': 1 }).field).toBe('x\\u202ey');
  });

  it.each([null, [], 'text', 7])('refuses %p as the whole input', (raw) => {
    if (raw === null) expect(problemOf(raw)).toMatchObject({ field: 'team' });
    else expect(problemOf(raw)).toMatchObject({ expected: 'an object' });
  });

  it('answers any JSON with an instance or InvalidInput, nothing else', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (raw) => {
        try {
          parseInput(Input, raw);
        } catch (error) {
          expect(error).toBeInstanceOf(InvalidInput);
        }
      }),
    );
  });
});

describe(jsonSchemaOf.name, () => {
  it('closes inputs and keeps one object per class', () => {
    const schema = jsonSchemaOf(Input, 'input');
    expect(schema).toMatchObject({ type: 'object', required: ['team'], additionalProperties: false });
    expect(jsonSchemaOf(Input, 'input')).toBe(schema);
    expect(schema).toMatchObject({
      properties: {
        replicas: { type: 'integer', minimum: 0, maximum: 50 },
        type: { default: 'web', enum: ['web', 'worker'] },
      },
    });
  });
});
