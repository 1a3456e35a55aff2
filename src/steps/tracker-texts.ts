import type { Login, TrackerItem } from '../model/tracker.ts';
import { spare, type Texts } from '../tracker/archive/making.ts';
import { nameOf } from '../tracker/archive/problems.ts';
import { code } from '../tracker/archive/wording.ts';
import { attributionLine, placeLine } from '../tracker/texts/attribution.ts';
import { rewriteText } from '../tracker/texts/rewrite.ts';
import { descriptionLimit, fitText, noteLimit, type Limit } from '../tracker/texts/split.ts';
import { rewriteTitle, textWithTitle, titleOf } from '../tracker/texts/title.ts';
import type { TextNotice, TextWorld } from '../tracker/texts/world.ts';

type Given = {
  world: TextWorld;
  /** Full names by login. */
  names: ReadonlyMap<Login, string>;
  /** The line that names who is not the author on GitLab. */
  template: string;
  /** Is the person the author of what they wrote, on GitLab too? */
  mapped: (login: Login) => boolean;
  /** Is told of what stayed behind in a text of the item, or looks another way. */
  note: (notice: TextNotice, of: string) => void;
};

const limits = { description: less(descriptionLimit), note: less(noteLimit) };

/** The texts of one repository as they stand on GitLab. */
export function createTexts(given: Given): Texts & { mention(login: Login): string } {
  const { world, names, template, mapped, note } = given;
  function told(notices: readonly TextNotice[], of: TrackerItem): void {
    for (const notice of notices) note(notice, nameOf(of));
  }
  return {
    text(body, of, kind) {
      const { text, notices } = rewriteText(body, world);
      told(notices, of);
      if (text.trim() === '') return [];
      const fitted = fitText(text, limits[kind]);
      told(fitted.notices, of);
      return [fitted.text, ...fitted.following];
    },
    title(given, of) {
      const { title, rest, notices } = titleOf(given, of.kind === 'pull' ? of.draft : null);
      const rewritten = rewriteTitle(title, world);
      told([...notices, ...rewritten.notices], of);
      return { title: rewritten.title, rest: rest === null ? null : textWithTitle(rest, '') };
    },
    attribution(action, login, at) {
      if (mapped(login)) return null;
      const [base = ''] = world.pages.gitbucket;
      const url = `${base}/${encodeURIComponent(login)}`;
      return attributionLine(template, { action, login, name: names.get(login) ?? null, url, at });
    },
    lostPlace: ({ path, oldLine, newLine, commit }) =>
      placeLine({ path, oldLine, newLine, commit, quote: null }),
    mention(login) {
      const account = world.account(login);
      return account === null ? code(login) : `@${account}`;
    },
  };
}

/** With room for what stands around the text. */
function less({ unit, most }: Limit): Limit {
  return { unit, most: most - spare };
}
