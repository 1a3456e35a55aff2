/** `ok` or the reason for each ref of the target, from the output of `git push --porcelain` (git-push, "OUTPUT"). */
export function parsePushReport(stdout: string): Map<string, string> {
  const refs = new Map<string, string>();
  for (const line of stdout.split('\n')) {
    const [flag = '', ends, summary = ''] = line.split('\t');
    if (ends === undefined || flag.length !== 1) continue;
    refs.set(ends.slice(ends.lastIndexOf(':') + 1), flag === '!' ? reasonOf(summary) : 'ok');
  }
  return refs;
}

/** `[remote rejected] (pre-receive hook declined)` gives the text in the last parentheses. */
function reasonOf(summary: string): string {
  return /\((.*)\)\s*$/.exec(summary)?.[1] ?? summary.trim();
}

/**
 * The words of a remote out of git's standard error: the lines after `remote: ` without progress and advice, else the
 * last fatal or error line.
 */
export function remoteText(stderr: string): string {
  const lines = stderr.split(/[\r\n]+/).map((line) => line.trimEnd());
  const remote = lines
    .filter((line) => line.startsWith('remote: '))
    .map((line) => line.slice('remote: '.length).trim())
    .filter((line) => line !== '' && !isChatter(line));
  if (remote.length > 0) return remote.join(' ');
  const own = lines.filter(
    (line) => /^(fatal|error): /.test(line) && !line.startsWith('error: failed to push some refs'),
  );
  return (
    own.map((line) => line.replace(/^(fatal|error): /, '')).join('; ') || lines.findLast(Boolean) || 'no text'
  );
}

function isChatter(line: string): boolean {
  return /^(Resolving|Counting|Compressing|Receiving|Enumerating|Processing|Unpacking|Checking|Total) /.test(
    line,
  );
}
