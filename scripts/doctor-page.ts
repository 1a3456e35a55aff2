import type { FindingType } from '../src/doctor/finding.ts';
import { failures, findings } from '../src/doctor/index.ts';
import { described } from '../src/failures/described.ts';

/** docs/doctor.md: how the command works, and every finding. */
export function doctorPage(): string {
  return `# gb2gl doctor

<!-- Made by \`npm run generate\` from src/doctor/ and scripts/doctor-page.ts. -->

\`gb2gl doctor\` checks both servers, the credentials on each of their surfaces (API, git over HTTP, wiki, LFS), the way to them and this machine.
It writes nothing anywhere: to GitLab it sends only GET and requests git's advertisements, to GitBucket also a request for LFS download links and, when a password is configured, the sign-in form.
A check that fails never stops the others: if one side refuses its token, the other side is still checked completely.

\`\`\`sh
gb2gl doctor                          # everything, with a fix for whatever is not as it should be
gb2gl doctor --quiet                  # only warnings, errors and the counts
gb2gl doctor --json                   # one document for scripts
gb2gl doctor --waive disk-low clock-differs
\`\`\`

## Levels, waivers and exit codes

| level | meaning |
| --- | --- |
| ok | as it should be |
| note | good to know |
| warning | something will not be as you may expect |
| error | a migration cannot succeed like this |

\`--waive CODE...\` suppresses errors and warnings you have reviewed; they are shown as waived.
A code that does not exist is wrong usage.
The exit code is 0 when no error is left, 3 when there is one, 2 for wrong usage or configuration.

\`GB2GL_TIMEOUT\` sets how many seconds to wait for an answer; the default is 60.

## Before each migration

\`gb2gl migrate\` begins with the checks that cost next to nothing: both servers and both tokens, whether GitLab accepts changes at the moment, \`%2F\` in paths, the expiry date of the token, the clocks, and the versions.
That is two GETs to GitLab more than connecting needs anyway, and none to GitBucket.
When the migration cannot succeed it stops with exit code 3 before anything is written, and lists every problem; \`gb2gl migrate --waive CODE...\` continues despite the findings you name.
A failed connection cannot be waived.
With \`--all\` the GitBucket token must be an administrator's, or \`source-not-administrator\` be waived ([result.md](result.md#what-the-token-sees)); \`plan\`, \`verify\` and \`rehearse\` take \`--waive\` too.

## What GitBucket cannot show

A repository that is dead on GitBucket, or an owner whose list fails for one, ends every run with 1.
Once you have looked into it, leave it out: \`select.exclude\` in the config or \`--exclude OWNER/NAME\` for a repository, and \`--waive unreadable:OWNER\` for the list of an owner, of which nobody can tell whether it holds more (\`--waive unreadable:OWNER/NAME\` works too).
\`migrate\`, \`plan\`, \`verify\` and \`rehearse\` take these words; what is left out stays named in every report.

GitLab in maintenance mode, or a read-only copy of it, still answers every GET.
It refuses the advertisement for a push, though, and says why: that is how both are recognised before the first write.
Either one that begins later ends the run ([resume.md](resume.md#when-it-stops)).

## The JSON document

\`\`\`json
{
  "version": 1,
  "command": "doctor",
  "source": { "url": "https://gitbucket.example.com" },
  "target": { "url": "https://gitlab.example.com", "version": "18.9.0-ee" },
  "findings": [
    {
      "code": "clock-differs",
      "object": "https://gitlab.example.com",
      "message": "the clock of GitLab is about 3 min ahead of that of this machine",
      "fix": "synchronise both with NTP",
      "level": "warning",
      "area": "target",
      "waived": false
    }
  ],
  "exitCode": 0
}
\`\`\`

\`area\` is \`machine\`, \`source\` or \`target\`; \`fix\` is empty when nothing needs to be done; \`target.version\` is null when GitLab did not report it.
Fields may be added; a code keeps its meaning.

## Findings about this machine and the way to a server

${section(findings().machine)}

## Findings about GitBucket

${section(findings().source)}

## Findings about GitLab

${section(findings().target)}

## Failures

A failure is reported under its own code, with the message and the fix of [errors.md](errors.md).
All of them are errors, except \`hidden-owners\` and \`repository-broken\`, which are warnings.

${failures.map((code) => `- [\`${code}\`](errors.md#${code})`).join('\n')}
`;
}

function section(types: readonly FindingType[]): string {
  return `| code | level | finding | fix |\n| --- | --- | --- | --- |\n${types.map(row).join('\n')}`;
}

function row({ code, level, text }: FindingType): string {
  const { messages, fixes } = described(text);
  return `| \`${code}\` | ${level} | ${cell(messages.join('; or: '))} | ${cell(fixes.join('; or: '))} |`;
}

/** A dash for nothing: an empty cell looks like a mistake. */
function cell(text: string): string {
  if (text === '') return '–';
  return text.replaceAll('|', '\\\\|').replaceAll(/[<>]/g, (sign) => (sign === '<' ? '&lt;' : '&gt;'));
}
