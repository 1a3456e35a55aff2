// Makes a fresh clone ready: installs the locked dependencies and builds, each only when it is needed.
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const at = (...parts) => join(root, ...parts);
const age = (path) => (existsSync(path) ? statSync(path).mtimeMs : 0);

function newest(folder) {
  let latest = 0;
  for (const entry of readdirSync(folder, { recursive: true }))
    latest = Math.max(latest, age(join(folder, entry)));
  return latest;
}

if (age(at('node_modules', '.package-lock.json')) < age(at('package-lock.json'))) {
  process.stderr.write('installing the locked dependencies (once)\n');
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  execFileSync(npm, ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: ['ignore', 2, 2],
  });
}
const sources = Math.max(
  newest(at('src')),
  newest(at('sandbox')),
  age(at('tsconfig.json')),
  age(at('scripts', 'build.mjs')),
  age(at('scripts', 'bundle.mjs')),
);
if (age(at('dist', 'cli.js')) < sources) {
  process.stderr.write('building\n');
  execFileSync(process.execPath, [at('scripts', 'build.mjs')], { cwd: root, stdio: ['ignore', 2, 2] });
}
