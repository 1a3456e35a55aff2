import { Command } from 'commander';
import { addCompletion } from './commands/completion.ts';
import { examplesText, from, movable, port, selectable, share, transport } from './commands/options.ts';
import { outputTo, type Environment } from './environment.ts';
import type { ExitCode } from './model/result.ts';

/** Of commands that go over all repositories. */
const ofMigrations = ['config', 'workDir', 'json', 'quiet', 'concurrency'] as const;
/** Of those that write, or say what would be written. */
const ofRuns = ['prune', 'fixSubmodules', 'createUsers', 'hooks', 'tracker', ...ofMigrations] as const;

type Handler = (options: never, environment: Environment) => Promise<ExitCode>;

/** Name, what it does, the command lines that its help shows with what each is for, and its code. */
type CommandParts = {
  summary: string;
  examples: Record<string, string>;
  load: () => Promise<Handler>;
};

/**
 * The command line: every command with its options, in the order in which they are needed. Each is loaded when it is
 * called, and hands its exit code to `done`. Completion of shells and the manual are made from it.
 */
export function createProgram(
  version: string,
  environment: Environment,
  done: (code: ExitCode) => void,
): Command {
  const program = new Command('gb2gl')
    .configureOutput(outputTo(environment))
    .description('Migrates a whole GitBucket server to GitLab and proves that nothing was lost.')
    .version(version)
    .showSuggestionAfterError()
    .showHelpAfterError('(gb2gl --help shows all commands)')
    .exitOverride();

  function add(name: string, { summary, examples, load }: CommandParts): Command {
    return program
      .command(name)
      .description(summary)
      .addHelpText('after', examplesText(examples))
      .exitOverride()
      .action(async (...given: unknown[]) => {
        const handler = await load();
        // Commander hands over the arguments, then the options, then the command.
        const [options, ...args] = given.slice(0, -1).toReversed();
        const words = args.length > 0 ? { words: args.toReversed() } : {};
        done(await handler({ ...(options as object), ...words } as never, environment));
      });
  }

  share(
    add('init', {
      summary: 'ask a few questions, test the answers and write a config file',
      examples: {
        'gb2gl init': 'asks for URLs and tokens; the tokens are not written',
        'gb2gl init --yes --parent-group imported': 'everything from the environment; nothing is asked',
      },
      load: async () => (await import('./commands/init.ts')).initCommand,
    })
      .option('--yes', 'ask nothing; take everything from the four environment variables')
      .option('--force', 'replace an existing config file')
      .option('--parent-group <path>', 'GitLab group under which everything is created'),
    'config',
    'json',
  );
  share(
    add('doctor', {
      summary: 'check servers, credentials, network and this machine; changes nothing',
      examples: {
        'gb2gl doctor': 'everything, with a fix for whatever is not as it should be',
        'gb2gl doctor --quiet --waive disk-low': 'only what is not ok, without what you have reviewed',
      },
      load: async () => (await import('./commands/doctor.ts')).doctorCommand,
    }).option('--waive <code...>', 'ignore these errors and warnings'),
    'config',
    'workDir',
    'json',
    'quiet',
  );
  share(
    movable(
      add('plan', {
        summary: 'show what migrate would do; changes nothing',
        examples: {
          'gb2gl plan --all': 'the whole server, every refusal included',
          "gb2gl plan --deep --repo 'team-a/*'": 'also looks into the repositories of one owner',
        },
        load: async () => (await import('./commands/plan.ts')).planCommand,
      }),
    )
      .addOption(from())
      .option(
        '--deep',
        'also inspect objects (fetches into the work directory) and count what is not migrated',
      ),
    ...ofRuns,
  );
  share(
    add('fix', {
      summary: 'write the fixes that the newest plan or report suggests into the config, after showing them',
      examples: {
        'gb2gl fix': 'shows the change, and asks',
        'gb2gl fix --yes': 'without a question',
      },
      load: async () => (await import('./commands/fix.ts')).fixCommand,
    }).option('--yes', 'do not ask before writing'),
    'config',
    'workDir',
    'json',
    'quiet',
  );
  share(
    movable(
      add('rehearse', {
        summary:
          'migrate into the embedded GitLab to find everything the real one would reject; changes nothing',
        examples: {
          'gb2gl rehearse --all': 'the whole server',
          'gb2gl rehearse --group team-a': 'one group',
        },
        load: async () => (await import('./commands/rehearse.ts')).rehearseCommand,
      }),
    ).addOption(transport('same as migrate --transport')),
    ...ofRuns,
  );
  share(
    movable(
      add('migrate', {
        summary: 'migrate everything that is selected',
        examples: {
          'gb2gl migrate --all': 'shows the plan, asks, and carries it out; again only moves what is new',
          'gb2gl migrate --group team-a --yes': 'one group, without a question, as in a nightly job',
        },
        load: async () => (await import('./commands/migrate.ts')).migrateCommand,
      }),
    )
      .addOption(from())
      .option('--dry-run', 'same as gb2gl plan')
      .option('--deep', 'with --dry-run: same as plan --deep')
      .option(
        '--plan <file>',
        'apply exactly this plan.json; anything that has changed since is skipped and listed',
      )
      .option('--yes', 'do not ask before applying the plan; needed where there is no terminal to ask on')
      .addOption(transport('how to transfer repositories')),
    ...ofRuns,
  );
  share(
    movable(
      add('verify', {
        summary: 'compare both servers, ref by ref',
        examples: {
          'gb2gl verify --all': 'reads both servers afresh and compares everything',
          'gb2gl verify --group team-a --json': 'one group, as a document for scripts',
        },
        load: async () => (await import('./commands/verify.ts')).verifyCommand,
      }),
    ).addOption(from()),
    'createUsers',
    'hooks',
    'tracker',
    ...ofMigrations,
  );
  share(
    selectable(
      add('export', {
        summary:
          'write everything that is selected into a directory, for a GitLab that GitBucket cannot reach',
        examples: {
          'gb2gl export --all /media/disk/gitbucket': 'the whole server; again only writes what is new',
          'gb2gl export --group team-a ./team-a': 'one group',
        },
        load: async () => (await import('./commands/export.ts')).exportCommand,
      }),
    ).argument('<directory>', 'new, empty, or written by an earlier export of the same server'),
    ...ofMigrations,
  );
  share(
    movable(
      add('import', {
        summary: 'migrate what an export holds; needs no GitBucket',
        examples: {
          'gb2gl import /media/disk/gitbucket':
            'shows the plan, asks, and carries it out; again only moves what is new',
          'gb2gl import /media/disk/gitbucket --plan plan.json':
            'exactly this plan; gb2gl plan --all --from DIRECTORY makes one',
        },
        load: async () => (await import('./commands/import.ts')).importCommand,
      }),
    )
      .argument('<directory>', 'written by gb2gl export')
      .option('--plan <file>', 'same as migrate --plan')
      .option('--yes', 'same as migrate --yes'),
    ...ofRuns,
  );
  share(
    add('status', {
      summary: 'show how everything stands and what to do next; contacts no server',
      examples: {
        'gb2gl status': 'what is proven, and what is not',
        'gb2gl status --json': 'the same for scripts',
      },
      load: async () => (await import('./commands/status.ts')).statusCommand,
    }),
    'config',
    'workDir',
    'json',
    'quiet',
  );
  share(
    add('explain', {
      summary: 'tell what a code of a report, of doctor or of --waive means, and what to do about it',
      examples: {
        'gb2gl explain git-token-refused': 'what happened, and the way out',
        'gb2gl explain': 'all codes',
      },
      load: async () => (await import('./commands/explain.ts')).explainCommand,
    }).argument('[code]', 'such as git-token-refused; without it all codes are listed'),
    'json',
  );
  share(
    add('sandbox', {
      summary: 'start an embedded GitBucket and GitLab with sample data',
      examples: {
        'gb2gl sandbox': 'runs until Ctrl-C, and prints what to export in another terminal',
        'gb2gl sandbox --gitbucket-port 8080 --gitlab-port 8081': 'on these ports',
      },
      load: async () => (await import('./commands/sandbox.ts')).sandboxCommand,
    })
      .addOption(port('--gitbucket-port <port>', 'GitBucket'))
      .addOption(port('--gitlab-port <port>', 'GitLab')),
    'json',
  );
  share(
    add('demo', {
      summary: 'run sandbox, migrate --all, verify and reports in one go',
      examples: {
        'gb2gl demo': 'needs no server and no configuration',
        'gb2gl demo --json': 'prints the result of the migration as one document',
      },
      load: async () => (await import('./commands/demo.ts')).demoCommand,
    }),
    'workDir',
    'json',
    'quiet',
  );
  return addCompletion(program);
}
