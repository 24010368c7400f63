import type { Installation } from '../installation';
import { claude, claudeCode } from './claude.guides';
import { copilotAgent, copilotCli } from './copilot.guides';
import { cursor, gemini, vscode } from './editor.guides';
import type { Guide, GuideFor } from './guide';
import { anyClient, curl, githubActions } from './other.guides';
import { tokenGuide } from './token-sources';

export type { Guide, Snippet } from './guide';
export { TOKEN_VARIABLE } from './guide';

const GUIDES: readonly GuideFor[] = [
  claudeCode,
  claude,
  cursor,
  vscode,
  copilotCli,
  copilotAgent,
  gemini,
  anyClient,
  curl,
  githubActions,
];

/** Every client's guide, in the order of the page. @param login who reads it; undefined for nobody in particular. */
export function guidesFor(installation: Installation, login?: string): Guide[] {
  const token = tokenGuide(installation, login);
  const guides = GUIDES.flatMap((guideFor) => guideFor(installation) ?? []);
  return token ? [...guides, token] : guides;
}
