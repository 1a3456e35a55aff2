import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { failures } from '../../src/failures/index.ts';
import { cliFile, runCli, type CliResult } from '../helpers/run-cli.ts';
import { tempDir } from '../helpers/temp-dir.ts';

const run = promisify(execFile);

async function gb2gl(...args: string[]): Promise<CliResult> {
  return runCli(args, { cwd: await tempDir() });
}

test('help lists the commands in the order in which they are needed', async () => {
  const { stdout } = await gb2gl('--help');
  const commands = [...stdout.matchAll(/^ {2}([a-z]+)(?= [[<])/gm)].map(([, name]) => name);
  const order = ['init', 'doctor', 'plan', 'migrate', 'verify'];
  expect(commands.filter((name) => order.includes(name ?? ''))).toEqual(order);
});

test('the help of every command ends with two examples that the command takes, and shows only options that apply', async () => {
  const { stdout } = await gb2gl('--help');
  const commands = [...stdout.matchAll(/^ {2}([a-z]+)(?= \[options\])/gm)].map(([, name = '']) => name);
  expect(commands.length).toBeGreaterThan(9);
  for (const command of commands) {
    const help = (await gb2gl(command, '--help')).stdout;
    const [options = '', examples = ''] = help.split('\nExamples:\n');
    const lines = examples.match(/^ {2}gb2gl .*/gm) ?? [];
    expect(lines.length, command).toBe(2);
    for (const line of lines) {
      expect(line).toContain(`gb2gl ${command}`);
      for (const [flag] of line.matchAll(/--[a-z-]+/g)) expect(options, line).toContain(flag);
    }
  }
  const shared = ['--config', '--work-dir', '--concurrency', '--quiet', '--json'];
  const shown = async (command: string): Promise<string[]> => {
    const { stdout: help } = await gb2gl(command, '--help');
    return shared.filter((flag) => help.includes(flag));
  };
  expect(await shown('migrate')).toEqual(shared);
  expect(await shown('init')).toEqual(['--config', '--json']);
  expect(await shown('status')).toEqual(['--config', '--work-dir', '--quiet', '--json']);
  expect(await shown('sandbox')).toEqual(['--json']);
});

test('explain tells what a code means, whose it is and the way out, of failures and of findings', async () => {
  const refused = await gb2gl('explain', 'git-token-refused');
  expect(refused.code).toBe(0);
  expect(refused.stdout).toMatch(
    /^git-token-refused\n {2}a failure: you can fix it; a run that it ends has exit code 3/,
  );
  expect(refused.stdout.replaceAll(/\s+/g, ' ')).toContain(
    'What to do GitBucket accepts tokens for git since',
  );
  const clock = await gb2gl('explain', 'clock-differs', '--json');
  expect(JSON.parse(clock.stdout)).toMatchObject({
    version: 1,
    command: 'explain',
    code: 'clock-differs',
    what: 'warning of gb2gl doctor',
    fixes: [expect.stringContaining('NTP')],
  });
});

test('explain lists all codes, and names the nearest one to a wrong one', async () => {
  const { stdout } = await gb2gl('explain');
  const codes = stdout
    .trim()
    .split('\n')
    .map((line) => line.split(' ', 1).join(''));
  expect(codes).toEqual(expect.arrayContaining(Object.values(failures).map(({ code }) => code)));
  expect(codes).toEqual(expect.arrayContaining(['disk-low', 'clock-differs']));
  expect(new Set(codes).size).toBe(codes.length);
  const shown = await gb2gl('explain', 'unreadable:dave/broken');
  expect(shown.stdout).toMatch(/^unreadable\n[^]*--waive unreadable:OWNER/);
  expect((await gb2gl('explain', 'refused')).stdout).toContain('Some of it cannot go to GitLab as it is');
  expect((await gb2gl('explain', 'hidden-owners')).stdout).not.toMatch(/[{}]/);
  const wrong = await gb2gl('explain', 'clock-difers');
  expect(wrong).toMatchObject({ code: 2, stderr: expect.stringContaining('did you mean clock-differs?') });
});

/** What bash offers for a line that ends with `word`, with the script that the program prints and a stand-in for the function of bash-completion that it uses. */
async function offered(line: string, word: string): Promise<string[]> {
  const folder = await tempDir();
  const words = [...line.split(' ').filter(Boolean), word];
  const script = `
    gb2gl() { '${process.execPath}' '${cliFile}' "$@"; }
    _get_comp_words_by_ref() { cword=$COMP_CWORD; words=("\${COMP_WORDS[@]}"); cur=\${words[cword]}; prev=\${words[cword - 1]}; }
    source <(gb2gl completion bash)
    function_of() { complete -p gb2gl | sed 's/.*-F \\([^ ]*\\).*/\\1/'; }
    COMP_WORDS=(${words.map((each) => `'${each}'`).join(' ')})
    COMP_CWORD=$((\${#COMP_WORDS[@]} - 1)); COMP_LINE='${words.join(' ')}'; COMP_POINT=\${#COMP_LINE}
    "$(function_of)" gb2gl
    printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout } = await run('bash', ['-c', script], { cwd: folder });
  return stdout
    .split('\n')
    .map((each) => each.trim())
    .filter(Boolean);
}

test('bash completes commands, options and their values', async () => {
  expect(await offered('gb2gl', 'mig')).toEqual([expect.stringMatching(/^migrate/)]);
  expect(await offered('gb2gl migrate', '--trans')).toEqual([expect.stringMatching(/^--transport/)]);
  const values = await offered('gb2gl migrate --transport', '');
  expect(values.map((value) => value.split(/\s/)[0])).toEqual(['auto', 'relay', 'mirror']);
});

test.each(['zsh', 'fish', 'powershell'])('there is a completion script for %s', async (shell) => {
  const { code, stdout } = await gb2gl('completion', shell);
  expect(code).toBe(0);
  expect(stdout).toContain('gb2gl');
});
