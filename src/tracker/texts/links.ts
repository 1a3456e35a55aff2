import { attachmentOf } from './attachments.ts';
import type { Edit } from './edits.ts';
import { escapedHtml } from './html.ts';
import { destination, plain } from './markdown.ts';
import { pageUrl } from './pages.ts';
import type { Link } from './reading.ts';
import type { TextNotice, TextWorld } from './world.ts';

/** Links to attachments and pages of the source, as they have to be on GitLab. */
export function linkEdits(
  links: readonly Link[],
  world: TextWorld,
): { edits: Edit[]; notices: TextNotice[] } {
  const edits: Edit[] = [];
  const notices: TextNotice[] = [];
  for (const link of links) {
    const attachment = attachmentOf(link);
    const page = attachment === null ? pageUrl(link.url, world, isRelative(link)) : null;
    const url = attachment === null ? (page?.url ?? null) : world.upload(attachment.id, attachment.name);
    if (url !== null) edits.push({ start: link.start, end: link.end, text: written(link, url) });
    else if (attachment !== null) notices.push({ what: 'attachment-left', of: link.url });
    else if (page !== null) notices.push({ what: 'link-left', of: link.url });
  }
  return { edits, notices };
}

/** A bare text with a slash in front is no link. */
function isRelative({ form }: Link): boolean {
  return form === 'target' || form === 'attribute';
}

function written({ form }: Link, url: string): string {
  const whole = /^https?:\/\//i.test(url);
  if (form === 'target') return destination(url);
  if (form === 'attribute') return escapedHtml(url);
  if (form === 'bare-html')
    return whole ? escapedHtml(url) : `<a href="${escapedHtml(url)}">${escapedHtml(nameIn(url))}</a>`;
  if (!whole) return `[${plain(nameIn(url))}](${destination(url)})`;
  return form === 'angle' ? `<${url}>` : destination(url);
}

function nameIn(url: string): string {
  return url.replace(/^.*\//, '');
}
