import { cleanText } from './clean.ts';
import { readMarkdown, type Link } from './reading.ts';

/** A file that a text shows or links. `name` is what the text calls it, empty when it does not. */
export type Attachment = { id: string; url: string; name: string };

/**
 * The id in a link to an attachment, null for other links. The source writes its base URL and the path of the repository as
 * they were when the file was uploaded, so both may be old: any of them will do.
 */
export function attachmentId(url: string): string | null {
  return (
    /^(?:(?:https?:)?\/\/|\/).*?\/_attached\/(?<id>[\w-]+)\/?(?:[?#].*)?$/i.exec(url)?.groups?.['id'] ?? null
  );
}

/** Every attachment that a text shows or links, in Markdown, HTML or as a bare address, but in code; each pair of id and URL once. */
export function attachmentsIn(text: string): Attachment[] {
  if (!text.includes('/_attached/')) return [];
  const found = new Map<string, Attachment>();
  for (const link of readMarkdown(cleanText(text).text).links) {
    const attachment = attachmentOf(link);
    if (attachment === null) continue;
    const known = found.get(`${attachment.id} ${attachment.url}`);
    if (known === undefined || known.name === '') found.set(`${attachment.id} ${attachment.url}`, attachment);
  }
  return [...found.values()];
}

/** The attachment that a link is about, null for other links. */
export function attachmentOf({ url, name }: Link): Attachment | null {
  const id = attachmentId(url);
  return id === null ? null : { id, url, name: name.replaceAll(/\\([!-/:-@[-`{-~])/g, '$1').trim() };
}
