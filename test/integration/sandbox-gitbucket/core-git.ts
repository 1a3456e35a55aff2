import { spawn } from 'node:child_process';

export type GitResult = { code: number; stdout: string; stderr: string };

/** Runs the real git without prompts, without waiting in this process (the server lives here too). */
export function git(...args: string[]): Promise<GitResult> {
  return new Promise((resolve, reject) => {
    const child = spawn('git', args, { env: { ...process.env, GIT_TERMINAL_PROMPT: '0', LC_ALL: 'C' } });
    const out: Buffer[] = [];
    const errors: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => errors.push(chunk));
    child.on('error', reject);
    child.on('close', (code) =>
      resolve({
        code: code ?? -1,
        stdout: Buffer.concat(out).toString(),
        stderr: Buffer.concat(errors).toString(),
      }),
    );
  });
}

/** The URL with credentials in it, which only a test may do. */
export function withLogin(url: string, login: string, secret: string): string {
  return url.replace('://', `://${login}:${secret}@`);
}

/** `ls-remote` as name → id; throws when git fails. */
export async function lsRemote(url: string, ...config: string[]): Promise<Map<string, string>> {
  const result = await git(...config, 'ls-remote', url);
  if (result.code !== 0) throw new Error(result.stderr);
  const lines = result.stdout.split('\n').filter((line) => line !== '');
  return new Map(lines.map((line) => [line.slice(41), line.slice(0, 40)]));
}
