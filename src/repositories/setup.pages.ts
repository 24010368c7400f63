import type { Page } from '../platform/http/pages';
import type { SetupOutcome, Wish } from './setup.service';
import { textPage } from './text-page';

const BACK = 'Close this window and go back to your assistant.';
const ANEW = 'Ask your assistant for a new link: this one is used up.';

export const INVALID: Page = textPage({
  status: 410,
  title: 'This link does not work',
  paragraphs: [
    'It is not one of ours, was used already, or is too old.',
    'Nothing was changed. Ask your assistant for a new link: links work once and for an hour.',
  ],
});

/** Somebody installed the App without a link of ours, which gives no team anything. */
export const INSTALLED: Page = textPage({
  status: 200,
  title: 'The GitHub App is installed',
  paragraphs: [
    'No team can use a repository through it yet.',
    'Ask your assistant to grant a team access to a repository, and open the link it gives you.',
  ],
});

/** Somebody who may not install the App asked the owners of the account to do it. */
export const REQUESTED: Page = textPage({
  status: 200,
  title: 'Your request is with the owners of the account',
  paragraphs: [
    'GitHub asked them to install the App. Nothing has changed yet.',
    `Once they have, open the link again, or ask your assistant for a new one after an hour. It is best opened by somebody who administers the repository.`,
  ],
});

/** What a browser shows, or where it goes on; the address it came from is told to nobody. Pure. */
export function pageOf(outcome: SetupOutcome): Page {
  switch (outcome.kind) {
    case 'authorize':
      return { status: 303, location: outcome.url };
    case 'invalid':
      return INVALID;
    case 'declined':
      return textPage({
        status: 200,
        title: 'Nothing was changed',
        paragraphs: ['You did not let GitHub tell us who you are.', BACK],
      });
    case 'failed':
      return textPage({
        status: 503,
        title: 'That did not work',
        paragraphs: [outcome.why, 'No team was given access.', ANEW],
      });
    case 'question':
      return questionOf(outcome.wish, outcome.login, outcome.token);
    case 'agreed':
      return textPage({
        status: 200,
        title: `${outcome.wish.team} may use ${outcome.wish.repo}`,
        paragraphs: [
          'It is in the list after the next sync.',
          `Close this window, go back to your assistant and ask it to sync the repositories of ${outcome.wish.team}.`,
        ],
      });
    case 'not_installed':
    case 'not_included':
    case 'suspended':
    case 'not_admin':
      return textPage({ status: 409, title: 'No access was given', paragraphs: [reasonOf(outcome), ANEW] });
  }
}

function reasonOf({
  kind,
  wish,
  login,
}: Extract<SetupOutcome, { login: string; kind: Exclude<string, 'question'> }>): string {
  const owner = wish.repo.split('/')[0] ?? '';
  switch (kind) {
    case 'not_installed':
      return `The GitHub App is not installed on ${owner}, or ${login} does not see it there.`;
    case 'suspended':
      return `The GitHub App is suspended on ${owner}; somebody who owns the account can unsuspend it.`;
    case 'not_included':
      return `The GitHub App is installed on ${owner}, but ${wish.repo} is not among the repositories chosen for it, or ${login} does not see it. Choose it in the settings of the installation.`;
    default:
      return `${login} does not administer ${wish.repo}. Somebody with the role Admin there has to open the link.`;
  }
}

function questionOf({ team, repo, asker }: Wish, login: string, token: string): Page {
  return textPage({
    status: 200,
    title: `May the team ${team} use ${repo}?`,
    paragraphs: [
      `${asker} asked for it at MCTL. You are ${login} at GitHub and administer the repository.`,
      `Everybody in ${team} will see its name, whether it is private, and its default branch, and may deploy from it through MCTL.`,
      'If you did not expect this question, close the window: nothing has changed, and nothing will.',
    ],
    form: { action: '/github/agree', label: `Yes, ${team} may use it`, fields: { token } },
  });
}
