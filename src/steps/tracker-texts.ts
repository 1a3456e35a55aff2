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
  /** Texts come by REST: GitLab would carry out commands in them, and tell everybody whom they mention. */
  byRest: boolean;
  /** Is told of what stayed behind in a text of the item, or looks another way. */
  note: (notice: TextNotice, of: string) => void;
};

const limits = { description: less(descriptionLimit), note: less(noteLimit) };

/** The texts of one repository as they stand on GitLab. */
export function createTexts(given: Given): Texts & { mention(login: Login): string } {
  const { names, template, mapped, note, byRest } = given;
  const world: TextWorld = byRest ? { ...given.world, account: () => null } : given.world;
  function told(notices: readonly TextNotice[], of: TrackerItem): void {
    for (const notice of notices) {
      // Said of people without an account; here it is so of all.
      const usual = byRest && notice.what === 'unknown-mention';
      if (!usual) note(notice, nameOf(of));
    }
  }
  /** A long text may be cut before a word with a slash, and a name may begin with one. */
  function harmless(text: string): string {
    return byRest ? text.replace(/^\/(?=[A-Za-z])/, String.raw`\/`) : text;
  }

  return {
    text(body, of, kind) {
      const { text, notices } = rewriteText(body, world, { commands: byRest });
      told(notices, of);
      if (text.trim() === '') return [];
      const fitted = fitText(text, limits[kind]);
      told(fitted.notices, of);
      return [fitted.text, ...fitted.following].map(harmless);
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
      const name = names.get(login) ?? null;
      return harmless(attributionLine(template, { action, login, name, url, at }));
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
