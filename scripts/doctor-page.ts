import { machineCatalogue } from '../src/doctor/catalogue-machine.ts';
import { sourceCatalogue } from '../src/doctor/catalogue-source.ts';
import { targetCatalogue } from '../src/doctor/catalogue-target.ts';
import type { CheckEntry, Words } from '../src/doctor/entry.ts';
import { checks, failures } from '../src/doctor/waive.ts';

/** docs/doctor.md: how the command works, and every finding. */
export function doctorPage(): string {
  return `# gb2gl doctor

<!-- Made by \`npm run generate\` from src/doctor/catalogue*.ts and scripts/doctor-page.ts. -->

\`gb2gl doctor\` checks both servers, the credentials on each of their surfaces (API, git over HTTP, wiki, LFS), the way to them and this machine.
It writes nothing anywhere: to GitLab it sends only GET and asks for git's advertisements, to GitBucket also LFS's question for download links and, when a password is configured, the sign-in form.
A check that fails never keeps the others from being made: a refused token on one side leaves all checks of the other.

\`\`\`sh
gb2gl doctor                          # everything, with a way out for whatever is not as it should be
gb2gl doctor --quiet                  # only what is not ok
gb2gl doctor --json                   # one document for scripts
gb2gl doctor --waive disk-low clock-differs
\`\`\`

## Levels, waivers and exit codes

| level | meaning |
| --- | --- |
| ok | as it should be |
| note | good to know |
| warning | something will not be as one may expect |
| error | a migration cannot succeed like this |

\`--waive ID...\` lets errors and warnings pass that you know better; they are shown as waived.
An id that does not exist is an error of usage.
The exit code is 0 when no error is left, 3 when there is one, 2 for wrong usage or configuration.

\`GB2GL_TIMEOUT\` (seconds) says how long an answer is waited for; 60 when it is not set.

## Before each migration

\`gb2gl migrate\` begins with those checks that cost next to nothing: both servers and both tokens, whether GitLab takes changes at present, \`%2F\` in paths, the day on which the token ends, the clocks, and the versions.
That is two GETs to GitLab more than connecting needs anyway, and none to GitBucket.
When the migration cannot succeed it stops with exit code 3 before anything is written, and names everything that stands in the way; \`gb2gl migrate --waive ID...\` goes on all the same.
A connection that fails cannot be waived.

GitLab in maintenance mode, or a read-only copy of it, still answers every GET.
It refuses the advertisement for a push, though, and says why: that is how both are recognised before the first write.
Maintenance that begins later ends the items that it hits, each with \`maintenance\`.

## The JSON document

\`\`\`json
{
  "version": 1,
  "command": "doctor",
  "source": { "url": "https://gitbucket.example.com" },
  "target": { "url": "https://gitlab.example.com", "version": "18.9.0-ee" },
  "findings": [
    {
      "id": "clock-differs",
      "level": "warning",
      "area": "target",
      "object": "https://gitlab.example.com",
      "sentence": "the clock of GitLab is 3 min ahead of that of this machine",
      "wayOut": "set both by NTP",
      "waived": false
    }
  ],
  "exitCode": 0
}
\`\`\`

\`area\` is \`machine\`, \`source\` or \`target\`; \`target.version\` is null when GitLab did not tell it.
Further fields may come; an id keeps its meaning.

## Findings about this machine and the way to a server

${section(machineCatalogue)}

## Findings about GitBucket

${section(sourceCatalogue)}

## Findings about GitLab

${section(targetCatalogue)}

## Failures

What fails is told under its own code, with the sentence and the way out of [errors.md](errors.md).
All of them are errors, but \`hidden-owners\` and \`repository-broken\`, which are warnings.

${failures.map((code) => `- [\`${code}\`](errors.md#${code})`).join('\n')}
`;
}

/** Ids are in one space: no two catalogues share one. */
function section(entries: Record<string, CheckEntry>): string {
  const rows = Object.keys(entries).map((id) => row(id, checks[id as keyof typeof checks]));
  return `| id | level | finding | way out |\n| --- | --- | --- | --- |\n${rows.join('\n')}`;
}

function row(id: string, { level, sentence, wayOut }: CheckEntry): string {
  return `| \`${id}\` | ${level} | ${cell(sentence(placeholders))} | ${cell(wayOut(placeholders))} |`;
}

/** A dash for nothing: an empty cell looks like a mistake. */
function cell(text: string): string {
  if (text === '') return '–';
  return text.replaceAll('|', '\\\\|').replaceAll(/[<>]/g, (sign) => (sign === '<' ? '&lt;' : '&gt;'));
}

/** A context in which every name stands for itself. */
const placeholders = new Proxy<Words>({}, { get: (_, name) => `{${String(name)}}` });
