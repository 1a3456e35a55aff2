import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';

const root = new URL('../../', import.meta.url);

type Package = {
  version: string;
  bin: Record<string, string>;
  files: string[];
  engines: { node: string };
  dependencies: Record<string, string>;
  devDependencies: Record<string, string>;
};
type Lock = {
  packages: Record<string, { dev?: boolean; hasInstallScript?: boolean; engines?: { node?: string } }>;
};

async function json<T>(path: string): Promise<T> {
  return JSON.parse(await readFile(new URL(path, root), 'utf8')) as T;
}

test('every dependency is pinned to one version', async () => {
  const { dependencies, devDependencies } = await json<Package>('package.json');
  const loose = Object.entries({ ...dependencies, ...devDependencies }).filter(
    ([, version]) => !/^\d+\.\d+\.\d+$/.test(version),
  );
  expect(loose).toEqual([]);
});

test('nothing that is installed with the program runs a script or wants a later Node', async () => {
  const { engines } = await json<Package>('package.json');
  expect(engines.node).toBe('>=20.19');
  const { packages } = await json<Lock>('package-lock.json');
  const installed = Object.entries(packages).filter(([path, { dev }]) => path !== '' && dev !== true);
  expect(installed.length).toBeGreaterThan(20);
  expect(installed.filter(([, { hasInstallScript }]) => hasInstallScript).map(([path]) => path)).toEqual([]);
  const later = installed.filter(([, { engines: wanted }]) => !takesNode20(wanted?.node ?? '*'));
  expect(later.map(([path, { engines: wanted }]) => `${path}: ${wanted?.node}`)).toEqual([]);
});

test('the changelog has a section for this version, and every packed file that is not built exists', async () => {
  const { version, files, bin } = await json<Package>('package.json');
  expect(await readFile(new URL('CHANGELOG.md', root), 'utf8')).toContain(`## [${version}]`);
  expect(files.filter((name) => name !== 'dist' && !existsSync(new URL(name, root)))).toEqual([]);
  expect(new Set(Object.values(bin))).toEqual(new Set(['dist/cli.js']));
});

/** Is one of the alternatives of the range met by Node 20.19.0? Only lower bounds and carets matter here. */
function takesNode20(range: string): boolean {
  return range.split('||').some((alternative) => {
    const [, sign = '', major = '0', minor = '0'] =
      /([~^>=<]*)\s*v?(\d+)(?:\.(\d+))?/.exec(alternative) ?? [];
    const low = Number(major) < 20 || (Number(major) === 20 && Number(minor) <= 19);
    return alternative.trim() === '*' || (sign.startsWith('>') ? low : low && Number(major) === 20);
  });
}
