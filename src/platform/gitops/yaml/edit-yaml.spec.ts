import { parse } from 'yaml';
import {
  editYaml,
  parseYaml,
  toYaml,
  YamlEditError,
  YamlParseError,
  type YamlEdit,
  type YamlPath,
  type YamlValue,
} from './edit-yaml';

const set = (path: YamlPath, value: YamlValue): YamlEdit => ({ path, set: value });
const remove = (...path: YamlPath): YamlEdit => ({ path, delete: true });

type Case = [name: string, before: string, edit: YamlEdit, after: string];

function table(cases: Case[]): void {
  it.each(cases)('%s', (_name, before, edit, after) => {
    expect(editYaml(before, [edit])).toBe(after);
    const carriage = (text: string): string => text.replaceAll('\n', '\r\n');
    const lines = before.split('\n').length > 1;
    if (lines) expect(editYaml(carriage(before), [edit])).toBe(carriage(after));
  });
}

describe('editYaml', () => {
  describe('sets a scalar', () => {
    table([
      [
        'keeps spacing and comment',
        'a:\n  tag:    1.2.3   # pinned\nb: 1\n',
        set(['a', 'tag'], '1.2.4'),
        'a:\n  tag:    1.2.4   # pinned\nb: 1\n',
      ],
      ['without final newline', 'a: 1\nb: 2', set(['b'], 3), 'a: 1\nb: 3'],
      ['unchanged when equal', 'a: 0x10\nb: "x"  \n', set(['a'], 16), 'a: 0x10\nb: "x"  \n'],
      ['changed when only the type differs', 'tag: 1.10\n', set(['tag'], '1.10'), 'tag: "1.10"\n'],
      ['keeps double quotes', 'a: "x" # c\n', set(['a'], 'w'), 'a: "w" # c\n'],
      ['keeps single quotes', "a: 'x' # c\n", set(['a'], "it's"), "a: 'it''s' # c\n"],
      ['keeps single quotes for ambiguous text', "a: 'x'\n", set(['a'], '1e3'), "a: '1e3'\n"],
      ['drops quotes for other types', "a: 'x'\n", set(['a'], true), 'a: true\n'],
      ['single quotes cannot hold a newline', "a: 'x'\n", set(['a'], 'p\nq'), 'a: "p\\nq"\n'],
      ['multi-line plain scalar', 'a: one\n  two\n  three # c\nb: 1\n', set(['a'], 'x'), 'a: x # c\nb: 1\n'],
      [
        'block scalar',
        'a: |  # script\n  echo\n\n  # not a comment\n\nb: 1\n',
        set(['a'], 'x'),
        'a: x  # script\n\nb: 1\n',
      ],
      ['block scalar that keeps blank lines', 'a: |+\n  echo\n\nb: 1\n', set(['a'], 'x'), 'a: x\nb: 1\n'],
      ['block scalar at the end', 'a: |-\n  echo', set(['a'], 'x'), 'a: x'],
      ['empty block scalar', 'a: |\n\n\nb: 1\n', set(['a'], 'x'), 'a: x\n\n\nb: 1\n'],
      ['block scalar to multi-line string', 'a: |\n  echo\nb: 1\n', set(['a'], 'x\ny\n'), 'a: "x\\ny\\n"\nb: 1\n'],
      ['nothing after the colon', 'a:   # c\nb: 1\n', set(['a'], 'x'), 'a: x   # c\nb: 1\n'],
      ['nothing after the dash', '-\n- 1\n', set([0], 'x'), '- x\n- 1\n'],
      ['value on the next line', 'a:\n  # why\n  old # c\nb: 1\n', set(['a'], 'new'), 'a:\n  # why\n  new # c\nb: 1\n'],
      ['list item', 'a:\n- x # c\n- w\n', set(['a', 0], 'z'), 'a:\n- z # c\n- w\n'],
      [
        'image in flow that had no quotes',
        'a: {i: x.io/y:1, w: x:y}\n',
        set(['a', 'i'], 'x.io/y:2'),
        'a: {i: x.io/y:2, w: x:y}\n',
      ],
      ['text in flow with a colon that ends a key', 'a: {i: x:1}\n', set(['a', 'i'], 'x: 1'), 'a: {i: "x: 1"}\n'],
      ['text in flow that had no colon', 'a: {i: x}\n', set(['a', 'i'], 'x:1'), 'a: {i: "x:1"}\n'],
      ['flow item', 'a: [ x,  w ] # c\n', set(['a', 1], 'p,q'), 'a: [ x,  "p,q" ] # c\n'],
      ['flow pair without value', 'a: {x, w: 1}\n', set(['a', 'x'], 2), 'a: {x: 2, w: 1}\n'],
      ['flow pair with empty value', 'a: {x: , w: 1}\n', set(['a', 'x'], 2), 'a: {x: 2 , w: 1}\n'],
      ['compact JSON', '{"a":1,"b":"x"}', set(['b'], 'w'), '{"a":1,"b":"w"}'],
      ['drops an explicit tag, keeps an unused anchor', 'a: &x !!str 1 # c\n', set(['a'], 2), 'a: &x 2 # c\n'],
      ['alias by a plain value', 'a: &x 1\nb: *x # c\n', set(['b'], 2), 'a: &x 1\nb: 2 # c\n'],
      ['quoted and numeric keys', '"a.b": 1\n8080: 1\n', set(['8080'], 2), '"a.b": 1\n8080: 2\n'],
      ['tab and trailing spaces stay', 'a: 1\t \nb:  2  \n', set(['a'], 3), 'a: 3\t \nb:  2  \n'],
      ['after a byte order mark', '\uFEFFa: 1\nb: 2\n', set(['a'], 3), '\uFEFFa: 3\nb: 2\n'],
      ['after a document marker', '---\na: 1\n...\n', set(['a'], 3), '---\na: 3\n...\n'],
      ['whole scalar document', '# c\nold # d\n', set([], 'new'), '# c\nnew # d\n'],
    ]);

    it.each(['1.10', '1e3', '0123', '2024-01-01', '12345', '1:30', '0x1f', '0o7', 'yes', '~', '1_000', '.5', '+1'])(
      'writes the tag %s as a string',
      (tag) => expect(editYaml('tag: v1\n', [set(['tag'], tag)])).toBe(`tag: "${tag}"\n`),
    );

    it.each(['deadbeef', '1.2.3', 'v1', '--flag', 'a/b:c', 'http://x/y?z=1', 'cpu-100m', '10Mi', 'é', '😀'])(
      'writes %s plain',
      (text) => expect(editYaml('tag: v0\n', [set(['tag'], text)])).toBe(`tag: ${text}\n`),
    );
  });

  describe('sets a collection', () => {
    table([
      [
        'block list by another, comments around stay',
        '# h\na:   # c\n  # first\n  - 1\n  - 2 # two\n  # - 3\n\n# n\nb: 1\n',
        set(['a'], [7, 8, 9, [1]]),
        '# h\na:   # c\n  # first\n  - 7\n  - 8\n  - 9\n  - - 1\n\n# n\nb: 1\n',
      ],
      ['list without indentation keeps it', 'a:\n- 1\nb: 1\n', set(['a'], ['x', 'w']), 'a:\n- x\n- w\nb: 1\n'],
      [
        'same length: item by item',
        'a:\n  - 1 # one\n  - 2 # two\n',
        set(['a'], [1, 3]),
        'a:\n  - 1 # one\n  - 3 # two\n',
      ],
      [
        'longer: appended',
        'a:\n  - 1 # one\n  # tail\nb: 1\n',
        set(['a'], [1, { k: 'v', l: [] }]),
        'a:\n  - 1 # one\n  # tail\n  - k: v\n    l: []\nb: 1\n',
      ],
      [
        'one item gone',
        'a:\n  - 1 # one\n  - 2 # two\n  - 3 # three\n',
        set(['a'], [1, 3]),
        'a:\n  - 1 # one\n  - 3 # three\n',
      ],
      [
        'map key by key',
        'a:\n  # x\n  x: 1 # one\n  w: 2\n  z: {q: 1}\nb: 1\n',
        set(['a'], { x: 1, z: { q: 2 }, m: 'new' }),
        'a:\n  # x\n  x: 1 # one\n  z: {q: 2}\n  m: new\nb: 1\n',
      ],
      ['all keys replaced', 'a:\n  x: 1\nb: 1\n', set(['a'], { w: 2 }), 'a:\n  w: 2\nb: 1\n'],
      ['block map to scalar', 'a: # c\n  x: 1\n  w:\n    z: 1 # z\n\nb: 1\n', set(['a'], 'v'), 'a: v # c\n\nb: 1\n'],
      ['block map to empty map', 'a: # c\n  x: 1\nb: 1\n', set(['a'], {}), 'a: {} # c\nb: 1\n'],
      [
        'block map to list',
        'a:\n    x: 1\nb:\n    c:\n        d: 1\n',
        set(['a'], [1, 2]),
        'a:\n    - 1\n    - 2\nb:\n    c:\n        d: 1\n',
      ],
      ['list to map', 'a:\n- 1\nb: 1\n', set(['a'], { x: { w: 1 } }), 'a:\n  x:\n    w: 1\nb: 1\n'],
      ['flow stays flow', 'a: [1, 2] # c\n', set(['a'], ['x']), 'a: [x] # c\n'],
      ['multi-line flow to scalar', 'a: {\n  x: 1,\n} # c\nb: 1\n', set(['a'], 2), 'a: 2 # c\nb: 1\n'],
      [
        'empty map to block map',
        'a: {} # c\nb: 1\n',
        set(['a'], { x: 1, w: [2] }),
        'a: # c\n  x: 1\n  w:\n    - 2\nb: 1\n',
      ],
      ['empty map with spaces', 'a: {  }  # c\n', set(['a'], { x: 1 }), 'a:  # c\n  x: 1\n'],
      ['empty list to block list', 'a:\n  b: []\nc: 1\n', set(['a', 'b'], ['x']), 'a:\n  b:\n    - x\nc: 1\n'],
      ['nothing to block map', 'a:\nb: 1\n', set(['a'], { x: 1 }), 'a:\n  x: 1\nb: 1\n'],
      ['null to block map at the end', 'a: null', set(['a'], { x: 1 }), 'a:\n  x: 1'],
      ['scalar to block map', 'a: text # c\nb: 1\n', set(['a'], { x: 1 }), 'a: # c\n  x: 1\nb: 1\n'],
      ['block scalar to block map', 'a: | # c\n  echo\nb: 1\n', set(['a'], { x: 1 }), 'a: # c\n  x: 1\nb: 1\n'],
      [
        'value on the next line to block map',
        'a:\n    old # c\nb: 1\n',
        set(['a'], { x: 1 }),
        'a:\n  x: 1 # c\nb: 1\n',
      ],
      ['list item to map', '- a\n- b # c\n', set([0], { x: 1, w: 2 }), '- x: 1\n  w: 2\n- b # c\n'],
      ['list item with comment to map', '- a # c\n- b\n', set([0], { x: 1, w: 2 }), '- # c\n  x: 1\n  w: 2\n- b\n'],
      ['map in a list to scalar', '- a: 1\n  b: 2\n- c\n', set([0], 'x'), '- x\n- c\n'],
      ['map in a list to list', '-   a: 1\n    b: 2\n- c\n', set([0], [1, 2]), '-   - 1\n    - 2\n- c\n'],
      ['list item in an empty place', '-\n- c\n', set([0], { a: 1 }), '- a: 1\n- c\n'],
      ['whole document', '# h\na: 1\nb: 2\n# t\n', set([], [1, 2]), '# h\n- 1\n- 2\n# t\n'],
      ['whole empty map', '# h\n{}\n', set([], { a: { b: 1 } }), '# h\na:\n  b: 1\n'],
      ['whole document after a marker', '--- {}\n', set([], { a: 1 }), '--- \na: 1\n'],
      ['anchor without alias stays', 'a: &x\n  b: 1\nc: 1\n', set(['a'], 2), 'a: &x 2\nc: 1\n'],
      [
        'collection in flow',
        'a: {x: 1, w: 2}\n',
        set(['a', 'x'], { p: [1, { q: 'r, s' }] }),
        'a: {x: {p: [1, {q: "r, s"}]}, w: 2}\n',
      ],
      ['explicit key', '? a\n: - 1\n  - 2\nb: 1\n', set(['a'], 'x'), '? a\n: x\nb: 1\n'],
    ]);
  });

  describe('adds', () => {
    table([
      [
        'a key after the last one',
        'a:\n  x: 1 # one\n\n# about b\nb: 2\n',
        set(['a', 'w'], 2),
        'a:\n  x: 1 # one\n  w: 2\n\n# about b\nb: 2\n',
      ],
      [
        'a key below the own comments of the map',
        'a:\n  x: 1\n  # z: 3\n# about b\nb: 2\n',
        set(['a', 'w'], 2),
        'a:\n  x: 1\n  # z: 3\n  w: 2\n# about b\nb: 2\n',
      ],
      ['a key at the root', 'a: 1\n\n# tail\n', set(['b'], 2), 'a: 1\nb: 2\n\n# tail\n'],
      [
        'a root key below the comments of the last map',
        'a:\n  x: 1\n  # own\n# tail\n',
        set(['b'], 2),
        'a:\n  x: 1\n  # own\nb: 2\n# tail\n',
      ],
      ['a key without final newline', 'a: 1', set(['b'], 2), 'a: 1\nb: 2'],
      [
        'a key with the indentation of its siblings',
        'a:\n    x: 1\n',
        set(['a', 'w', 'z'], 2),
        'a:\n    x: 1\n    w:\n        z: 2\n',
      ],
      ['maps on the way', 'a: 1\n', set(['b', 'c', 'd'], 2), 'a: 1\nb:\n  c:\n    d: 2\n'],
      ['a list on the way', 'a: 1\n', set(['b', 0, 'd'], 2), 'a: 1\nb:\n  - d: 2\n'],
      ['to a flow map', 'a: { x: 1 } # c\n', set(['a', 'w'], { z: 1 }), 'a: { x: 1, w: {z: 1} } # c\n'],
      ['to a flow map with a trailing comma', 'a: {x: 1,}\n', set(['a', 'w'], 2), 'a: {x: 1, w: 2,}\n'],
      [
        'to a flow list on several lines',
        'a: [\n  x, # 1\n  w # 2\n]\n',
        set(['a', 2], 'z'),
        'a: [\n  x, # 1\n  w, # 2\n  z\n]\n',
      ],
      [
        'to a flow list with trailing comma',
        'a: [\n  x,\n  w, # 2\n  # end\n]\n',
        set(['a', 2], 'z'),
        'a: [\n  x,\n  w, # 2\n  z,\n  # end\n]\n',
      ],
      ['to an empty flow map in a flow map', 'a: {b: {}}\n', set(['a', 'b', 'c'], 1), 'a: {b: {c: 1}}\n'],
      ['to nothing', 'env: # c\nb: 1\n', set(['env', 'A'], 1), 'env: # c\n  A: 1\nb: 1\n'],
      [
        'to an empty map',
        'a:\n    env: {}  # c\nb: 1\n',
        set(['a', 'env', 'A'], 1),
        'a:\n    env:  # c\n        A: 1\nb: 1\n',
      ],
      ['to null', 'env: ~\n', set(['env', 'A'], '1'), 'env:\n  A: "1"\n'],
      ['to an empty map with an anchor', 'env: &e {}\n', set(['env', 'A'], 1), 'env: &e\n  A: 1\n'],
      ['to an empty document', '', set(['a', 'b'], 1), 'a:\n  b: 1\n'],
      ['to a document of comments', '# only\n\n# comments\n', set(['a'], 1), '# only\n\n# comments\na: 1\n'],
      ['to comments without final newline', '# only', set(['a'], 1), '# only\na: 1'],
      ['to an empty document after a marker', '---\n', set(['a'], 1), '---\na: 1\n'],
      ['to an empty root map', '{}\n', set(['a'], 1), 'a: 1\n'],
      ['a list item', 'a:\n- x\n# c\nb: 1\n', set(['a', 1], 'w'), 'a:\n- x\n- w\n# c\nb: 1\n'],
      ['to a map in a list', '- a: 1\n  b: 2\n- c\n', set([0, 'd'], 3), '- a: 1\n  b: 2\n  d: 3\n- c\n'],
      [
        'after a block scalar',
        'a:\n  x: |\n    echo\n    # no comment\n\nb: 1\n',
        set(['a', 'w'], 2),
        'a:\n  x: |\n    echo\n    # no comment\n  w: 2\n\nb: 1\n',
      ],
      [
        'after a block scalar that keeps blank lines',
        'a:\n  x: |+\n    echo\n\nb: 1\n',
        set(['a', 'w'], 2),
        'a:\n  x: |+\n    echo\n\n  w: 2\nb: 1\n',
      ],
      ['before the document end', 'a: 1\n...\n', set(['b'], 2), 'a: 1\nb: 2\n...\n'],
      [
        'beside a merge key',
        'd: &d\n  x: 1\na:\n  <<: *d\nb: 1\n',
        set(['a', 'x'], 2),
        'd: &d\n  x: 1\na:\n  <<: *d\n  x: 2\nb: 1\n',
      ],
      [
        'keys that need quotes',
        'a: 1\n',
        set(['on', 'requests.cpu', 'two words', '', '__proto__', 'x: w', '<<'], 1),
        'a: 1\n"on":\n  requests.cpu:\n    two words:\n      "":\n        __proto__:\n          "x: w":\n            "<<": 1\n',
      ],
      ['a key that goes on like a document', 'a: 1\n', set(['--- b'], '---'), 'a: 1\n"--- b": "---"\n'],
    ]);
  });

  describe('deletes', () => {
    table([
      [
        'a pair with its comment, not the one above',
        'a: 1\n# about b\nb: 2 # two\n\nc: 3\n',
        remove('b'),
        'a: 1\n# about b\n\nc: 3\n',
      ],
      [
        'a scalar with the deeper comment that would become part of the script above',
        'a: |\n  echo\nb: 1\n\n    # deep\n# about c\nc: 3\n',
        remove('b'),
        'a: |\n  echo\n# about c\nc: 3\n',
      ],
      [
        'a scalar without the deeper comment below',
        'a: 1\nb: 1\n    # deep\nc: 3\n',
        remove('b'),
        'a: 1\n    # deep\nc: 3\n',
      ],
      [
        'a nested map with what is inside',
        'a: 1\nb: # b\n  # in\n  x: 1\n  # w: 2\n# about c\nc: 3\n',
        remove('b'),
        'a: 1\n# about c\nc: 3\n',
      ],
      ['the last line without newline', 'a: 1\nb: 2', remove('b'), 'a: 1'],
      [
        'the last pair of a map',
        'env: # c\n  # A\n  A: 1 # a\nb: 1\n',
        remove('env', 'A'),
        'env: {} # c\n  # A\nb: 1\n',
      ],
      ['the last pair of the document', '# h\na: 1 # c\n# t\n', remove('a'), '# h\n{}\n# t\n'],
      ['the last item of a list', 'a:\n- 1\nb: 1\n', remove('a', 0), 'a: []\nb: 1\n'],
      ['the last pair of a map in a list', '- a: 1 # c\n- b\n', remove(0, 'a'), '- {}\n- b\n'],
      ['the first pair of a map in a list', '- a: 1 # c\n  b: 2\n', remove(0, 'a'), '- b: 2\n'],
      [
        'the first pair in a list, comment below',
        '- a: 1\n  # about b\n  b: 2\n',
        remove(0, 'a'),
        '-\n  # about b\n  b: 2\n',
      ],
      ['a list item', 'a:\n  - x: 1\n    w: 2\n  # two\n  - z\n', remove('a', 0), 'a:\n  # two\n  - z\n'],
      ['a block scalar', 'a: |\n  echo\n  # no comment\n\nb: 1\n', remove('a'), '\nb: 1\n'],
      ['the first of a flow map', 'a: {x: 1, w: 2}\n', remove('a', 'x'), 'a: {w: 2}\n'],
      ['the last of a flow map', 'a: { x: 1, w: 2 }\n', remove('a', 'w'), 'a: { x: 1 }\n'],
      ['the only one of a flow map', 'a: { x: 1 }\n', remove('a', 'x'), 'a: {}\n'],
      ['a line of a flow list', 'a: [\n  x, # 1\n  # two\n  w # 2\n]\n', remove('a', 0), 'a: [\n  # two\n  w # 2\n]\n'],
      ['the last line of a flow list', 'a: [\n  x, # 1\n  w # 2\n]\n', remove('a', 1), 'a: [\n  x # 1\n]\n'],
      ['the last line of a flow list that ends in a comma', 'a: [\n  x,\n  w,\n]\n', remove('a', 1), 'a: [\n  x,\n]\n'],
      [
        'a flow pair before a comment',
        'a: {b: 1, # c\n  # d\n  e: 2 }\n',
        remove('a', 'b'),
        'a: { # c\n  # d\n  e: 2 }\n',
      ],
      ['a missing key', 'a: 1\n', remove('b', 'c'), 'a: 1\n'],
      ['a missing item', 'a: [1]\n', remove('a', 4), 'a: [1]\n'],
      ['below nothing', 'a:\n', remove('a', 'b'), 'a:\n'],
      ['an alias', 'a: &x 1\nb: *x\n', remove('b'), 'a: &x 1\n'],
      [
        'a merge key of its own name',
        'd: &d {x: 1}\na:\n  <<: *d\n  w: 1\n',
        remove('a', 'w'),
        'd: &d {x: 1}\na:\n  <<: *d\n',
      ],
    ]);
  });

  describe('refuses', () => {
    it.each<[string, string, YamlEdit]>([
      ['text that does not parse', 'a: b: c\n', set(['a'], 1)],
      ['several documents', 'a: 1\n---\nb: 1\n', set(['a'], 2)],
      ['a second, empty document', 'a: 1\n---\n', set(['a'], 2)],
      ['duplicate keys', 'a: 1\na: 2\n', set(['a'], 3)],
      ['keys that become duplicates as data', '1: a\n"1": b\n', set(['1'], 3)],
      ['a path through an alias', 'a: &x {b: 1}\nc: *x\n', set(['c', 'b'], 2)],
      ['a shared anchor', 'a: &x {b: 1}\nc: *x\n', set(['a', 'b'], 2)],
      ['an addition to a shared anchor', 'a: &x {b: 1}\nc: *x\n', set(['a', 'd'], 2)],
      ['a shared anchor as the value', 'a: &x 1\nc: *x\n', set(['a'], 2)],
      ['deletion of a shared anchor', 'a: &x 1\nc: *x\n', remove('a')],
      ['deletion of a map with a shared anchor', 'b:\n  a: &x 1\nc: *x\n', remove('b')],
      ['a source of a merge', 'd: &d\n  x: 1\na:\n  <<: *d\n', set(['d', 'x'], 2)],
      ['deletion of a merged key', 'd: &d {x: 1}\na:\n  <<: *d\n', remove('a', 'x')],
      ['a path into a merged map', 'd: &d {x: {w: 1}}\na:\n  <<: *d\n', set(['a', 'x', 'z'], 2)],
      ['a path through a scalar', 'a: 1\n', set(['a', 'b'], 2)],
      ['a deletion through a scalar', 'a: 1\n', remove('a', 'b')],
      ['an index past the end', 'a: [1]\n', set(['a', 2], 2)],
      ['a key in a list', 'a: [1]\n', set(['a', 'b'], 2)],
      ['half a surrogate pair', 'a: 1\n', set(['a'], '\ud800')],
      ['deletion of the document', 'a: 1\n', remove()],
      ['a value that is not data', 'a: 1\n', set(['a'], undefined as unknown as YamlValue)],
      ['a pair without a map of its own', 'a: [b: 1]\n', set(['a', 0, 'b'], 2)],
    ])('%s', (_name, source, edit) => {
      expect(() => editYaml(source, [edit])).toThrow(YamlEditError);
    });
  });

  it('applies edits in order', () => {
    const edits = [set(['a', 'b'], 1), set(['a', 'c'], 2), remove('a', 'b'), set(['l', 0], 'x'), set(['l', 1], 'w')];
    expect(editYaml('# top\n', edits)).toBe('# top\na:\n  c: 2\nl:\n  - x\n  - w\n');
  });

  it('flattens a merge only when a merged key has to go', () => {
    const source = 'd: &d {x: 1}\na:\n  <<: *d\n  w: 1\n';
    expect(editYaml(source, [set(['a'], { x: 1, w: 2 })])).toBe('d: &d {x: 1}\na:\n  <<: *d\n  w: 2\n');
    expect(editYaml(source, [set(['a'], { w: 2 })])).toBe('d: &d {x: 1}\na:\n  w: 2\n');
  });
});

describe('toYaml', () => {
  it('writes block style with a header', () => {
    const value = { a: [1, { b: 'x', c: [] }, [true, null]], d: {}, e: 'p\nq', f: 'long '.repeat(60) + 'end' };
    expect(toYaml(value, ['Managed by MCTL.', 'a\nb: 1', ''])).toBe(
      '# Managed by MCTL.\n# a b: 1\n#\na:\n  - 1\n  - b: x\n    c: []\n  - - true\n    - null\nd: {}\ne: "p\\nq"\n' +
        `f: ${'long '.repeat(60)}end\n`,
    );
    expect([toYaml({}), toYaml([]), toYaml('x'), toYaml(null)]).toEqual(['{}\n', '[]\n', 'x\n', 'null\n']);
  });

  it.each([
    'yes',
    'No',
    'on',
    'OFF',
    'y',
    'N',
    '~',
    'null',
    'True',
    '',
    '1e3',
    '1E+3',
    '1.',
    '.5',
    '0x1f',
    '0X1F',
    '0o7',
    '0b1',
    '012',
    '089',
    '1_000',
    '_1',
    '1:30',
    '1:30:45.5',
    '2024-01-01',
    '2024-01-01T00:00:00Z',
    '.inf',
    '-.INF',
    '.NaN',
    '=',
    '<<',
    '+1',
    '-0',
    '1,5: x',
    '- a',
    '? a',
    ': a',
    '# a',
    'a #b',
    'a: b',
    'a:',
    '&a',
    '*a',
    '!a',
    '|',
    '>',
    '%a',
    '@a',
    '`a',
    '{a',
    '[a',
    '"a',
    "'a",
    ' a',
    'a ',
    '---',
    '--- a',
    '...',
    '-',
    '?',
    ':',
    'a\tb',
    'a\r',
    '\u0085',
    '\u2028',
    '\ufeff',
    '\u0000',
    '\u007f',
  ])('quotes %j as value, key and item', (text) => {
    const value = { [text]: text, list: [text] };
    expect(toYaml(value)).toMatch(/^"/);
    for (const version of ['1.1', '1.2'] as const) expect(parse(toYaml(value), { version })).toEqual(value);
    const flow = editYaml('{a: 1}', [set(['b'], value), set(['list', 0], text)]);
    expect(parseYaml(flow)).toEqual({ a: 1, b: value, list: [text] });
  });

  it('writes keys too long for `key:`', () => {
    const key = 'k'.repeat(5000);
    const value = { [key]: { [key]: [1, { [key]: 2 }] } };
    expect(parseYaml(toYaml(value))).toEqual(value);
    expect(parseYaml(editYaml('{a: 1}', [set([key], 1)]))).toEqual({ a: 1, [key]: 1 });
  });

  it('writes numbers every reader takes for numbers', () => {
    expect(toYaml([1, -1.5, 1e21, -2e-9, -0, Infinity, -Infinity, NaN])).toBe(
      '- 1\n- -1.5\n- 1.0e+21\n- -2.0e-9\n- -0\n- .inf\n- -.inf\n- .nan\n',
    );
  });
});

describe('parseYaml', () => {
  it.each(['', '\n', '# c\n', '---\n', '--- # c\n', '\uFEFF'])('takes %j for an empty map', (source) => {
    expect(parseYaml(source)).toEqual({});
  });

  it('resolves merge keys, aliases and block scalars', () => {
    const source = 'd: &d {x: 1, y: 2}\na: {y: 3, <<: *d}\nb: {<<: [{x: 0}, *d], "<<": 1}\nc: *d\ns: |\n  a\n  b\n';
    expect(parseYaml(source)).toEqual({
      d: { x: 1, y: 2 },
      a: { x: 1, y: 3 },
      b: { x: 0, y: 2, '<<': 1 },
      c: { x: 1, y: 2 },
      s: 'a\nb\n',
    });
  });

  it('keeps __proto__ an ordinary key', () => {
    const data = parseYaml('__proto__: {polluted: true}\nconstructor: 1\n') as Record<string, unknown>;
    expect(Object.keys(data)).toEqual(['__proto__', 'constructor']);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
    expect(Object.getPrototypeOf(data)).toBe(Object.prototype);
  });

  const bomb = [
    'a0: &a0 [x]',
    ...Array.from({ length: 12 }, (_, n) => `a${n + 1}: &a${n + 1} [${Array(9).fill(`*a${n}`).join(', ')}]`),
  ];
  const mergeBomb = [
    'a0: &a0 {x: 1}',
    ...Array.from({ length: 12 }, (_, n) => `a${n + 1}: &a${n + 1} {<<: [${Array(9).fill(`*a${n}`).join(', ')}]}`),
  ];
  it.each<[string, string, number, number]>([
    ['bad indentation', 'a: 1\nb: x: y\n', 2, 4],
    ['duplicate keys', 'a: 1\nb: 2\na: 3\n', 3, 1],
    ['several documents', 'a: 1\n---\nb: 1\n', 2, 1],
    ['unknown alias', 'a: *x\n', 1, 4],
    ['recursive alias', 'a: &x [*x]\n', 1, 8],
    ['non-scalar key', 'a: 1\n? [x]\n: 1\n', 2, 3],
    ['null key', '~: 1\n', 1, 1],
    ['binary value', 'a: !!binary aGk=\n', 1, 13],
    ['merge of a scalar', 'a: {<<: 1}\n', 1, 9],
  ])('names line and column of %s', (_name, source, line, column) => {
    expect(() => parseYaml(source)).toThrow(expect.objectContaining({ name: 'YamlParseError', line, column }));
  });

  it.each([
    ['alias', bomb],
    ['merge', mergeBomb],
  ])('stops an %s bomb', (_name, lines) => {
    expect(() => parseYaml(lines.join('\n'))).toThrow('too large');
  });

  it('stops at absurd nesting', () => {
    expect(() => parseYaml('['.repeat(50_000))).toThrow(YamlParseError);
  });

  it('does not quote the text in its errors', () => {
    expect(() => parseYaml('password: hunter2\nb: x: y\n')).toThrow(
      expect.not.objectContaining({ message: expect.stringContaining('hunter2') }),
    );
  });
});
