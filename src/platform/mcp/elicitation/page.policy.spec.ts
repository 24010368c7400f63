import { nextStep, PAGE_ROUNDS } from './page.policy';

const asked = { isUsed: false, action: 'accept', round: 0, canAsk: true };

describe('what becomes of a call whose client comes back from a page', () => {
  it.each([
    ['the values are there', { isUsed: true }, 'fresh'],
    ['they are there, though the person declined', { isUsed: true, action: 'decline' }, 'fresh'],
    ['they are not there yet', {}, 'ask'],
    ['nothing came back', { action: undefined }, 'ask'],
    ['something came back that is no answer', { action: 7 }, 'ask'],
    ['the person declined', { action: 'decline' }, 'kept'],
    ['the person closed the question', { action: 'cancel' }, 'kept'],
    ['it was asked often enough', { round: PAGE_ROUNDS - 1 }, 'kept'],
    ['the client can no longer open pages', { canAsk: false }, 'kept'],
  ])('%s', (_, facts, expected) => {
    expect(nextStep({ ...asked, ...facts })).toBe(expected);
  });
});
