import { hintOf } from '../errors.ts';
import { parentMissing } from '../run/parent-missing.ts';
import type { Target } from '../target/gitlab.ts';
import { parentAgainQuestion, parentFound, parentQuestion, wrongAnswer } from '../ui/init-messages.ts';
import type { Prompt } from '../ui/prompt.ts';

export type AskParentOptions = {
  prompt: Prompt;
  say: (text: string) => void;
  /** Null when GitLab could not be asked. */
  target: Target | null;
  /** What the command line says already. */
  given: string | undefined;
};

/**
 * Asks for the group below which everything is created, and looks for it; the full path with GitLab's letter case, or
 * null for the top level. A group that is not there is taken when it is named twice: it may be made later.
 */
export async function askParent({ prompt, say, target, given }: AskParentOptions): Promise<string | null> {
  let question = parentQuestion;
  let before: string | null = null;
  let ready = given;
  for (;;) {
    const path = pathOf(ready ?? (await prompt.ask(question)));
    ready = undefined;
    if (path === '') return null;
    if (target === null || path === before) return path;
    const group = await target.findGroup(path);
    if (group !== null) {
      say(parentFound(group.fullPath, group.usable));
      return group.fullPath;
    }
    const missing = await parentMissing(target, path);
    say(wrongAnswer(missing.message, hintOf(missing)));
    before = path;
    question = parentAgainQuestion;
  }
}

/** `/a/b/` as people copy it out of an address. */
export function pathOf(text: string): string {
  return text.replaceAll(/^\/+|\/+$/g, '');
}
