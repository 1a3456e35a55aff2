import type { GitBucketContext } from '../context.ts';
import { fullVersion } from '../version.ts';

/** The frame of every page. */
export function layout(context: GitBucketContext, title: string, body: string): string {
  return `<!DOCTYPE html>
<html prefix="og: http://ogp.me/ns#" lang="en">
  <head>
    <meta charset="UTF-8" />
    <title>${escapeHtml(title)}</title>
  </head>
  <body class="skin-blue page-load">
    <div class="wrapper">
      <header class="main-header">
        <a href="${pagePath(context)}/" class="logo">
          <span class="header-title strong">GitBucket</span>${versionMark(context)}
        </a>
      </header>
      <div class="content-wrapper">
        <div class="content body">
${body}
        </div>
      </div>
    </div>
  </body>
</html>
`;
}

/** Every page says the version up to 4.24 (GB-250). */
function versionMark(context: GitBucketContext): string {
  if (context.minor > 24) return '';
  return `\n          <span class="header-version">${fullVersion(context.minor)}</span>`;
}

/** Links start with the configured base URL, or else with the context path only. */
export function pagePath(context: GitBucketContext): string {
  return context.configuredBaseUrl() ?? context.contextPath;
}

export function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#x27;');
}
