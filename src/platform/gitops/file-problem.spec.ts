import { brokenFile, oddFile, unreadable, warningOf } from './file-problem';

it('ends each sentence before the next step', () => {
  const broken = unreadable('a.yaml', 'unexpected end (line 3, column 1)');
  expect(broken.message).toBe('a.yaml cannot be read: unexpected end (line 3, column 1).');
  expect(warningOf(brokenFile('a.yaml', broken)).message).toContain('column 1). Somebody has to mend');
  expect(warningOf(oddFile('a.yaml', { code: 'c', message: 'it is odd', fix: 'Mend it.' })).message).toBe(
    'a.yaml: it is odd. Mend it.',
  );
});

it.each(['it is a link.', 'what is this?'])('adds nothing to %s', (why) =>
  expect(unreadable('a.yaml', why).message).toBe(`a.yaml cannot be read: ${why}`),
);
