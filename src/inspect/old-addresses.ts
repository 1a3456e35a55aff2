import type { Head } from '../git/branch-files.ts';
import { createObjectReader, isFolder, parseTree, type ObjectReader } from '../git/object-reader.ts';
import { blobSizes } from '../git/objects.ts';
import type { Git } from '../git/run.ts';
import type { Finding } from '../model/plan.ts';
import { addressesIn } from '../plan/addresses-in-text.ts';
import type { Places } from '../plan/old-addresses.ts';
import { branchList, mostShown } from './words.ts';

/** Files of CI systems and of package managers, by their names; those of the latter may lie in folders. */
const ofCi =
  /^(\.gitlab-ci\.ya?ml|Jenkinsfile.*|\.travis\.yml|\.drone\.ya?ml|\.woodpecker\.ya?ml|\.?appveyor\.yml|(azure|bitbucket)-pipelines\.yml)$/i;
const manifests =
  /^(package(-lock)?\.json|\.npmrc|\.yarnrc(\.yml)?|yarn\.lock|pnpm-lock\.yaml|bower\.json|pom\.xml|settings\.xml|build\.xml|ivy\.xml|(build|settings)\.gradle(\.kts)?|build\.sbt|plugins\.sbt|go\.mod|Gemfile(\.lock)?|.+\.gemspec|requirements.*\.txt|setup\.(py|cfg)|pyproject\.toml|Pipfile(\.lock)?|poetry\.lock|composer\.(json|lock)|Cargo\.(toml|lock)|mix\.exs|Package\.swift|Podfile|Cartfile|CMakeLists\.txt|conanfile\.(py|txt)|.+\.nuspec|nuget\.config|Dockerfile.*|(docker-)?compose.*\.ya?ml|Makefile|Chart\.yaml)$/i;
/** Folders of CI files, by their paths. */
const ciFolders = /^(\.github\/workflows|\.gitlab\/ci|\.circleci|\.gitea\/workflows|\.woodpecker)$/;
const ciParents = /^(\.github|\.gitlab|\.gitea)$/;
/** What others have made is not looked through, and projects within a project lie near its root. */
const skipped = /^(node_modules|vendor|third_party|\..*)$/;
const deepest = 3;
/** A lock file of more than that is no text that anybody changes by hand. */
const mostBytes = 4 * 1024 * 1024;

type Candidate = { path: string; id: string };

/** Addresses of the old server in CI files and manifests at the head of each branch. */
export async function oldAddressFindings(
  git: Git,
  heads: readonly Head[],
  id: string,
  places: Places,
): Promise<Finding[]> {
  const reader = createObjectReader(git);
  try {
    const files = await candidates(git, reader, heads);
    const findings: Finding[] = [];
    for (const { path, id: blob, branches } of files.values()) {
      if (findings.length >= mostShown) break;
      const object = await reader.read(blob);
      const text = object?.body.toString('utf8') ?? '';
      for (const { address, to } of addressesIn(text, id, places))
        findings.push(finding({ path, branches }, address, to));
    }
    await reader.end();
    return findings.slice(0, mostShown);
  } catch (error) {
    reader.stop();
    throw error;
  }
}

type Placed = { path: string; branches: readonly string[] };

function finding({ path, branches }: Placed, address: string, to: string | null): Finding {
  return {
    code: 'old-address',
    refused: false,
    object: `${branches[0] ?? ''}:${path}`,
    message: `${address} on ${branchList(branches)} leads to the old server`,
    fix: to === null ? 'replace it by what does the same on GitLab, or remove it' : `replace it by ${to}`,
  };
}

/** The files worth a look, each with the branches that have this very content. */
async function candidates(
  git: Git,
  reader: ObjectReader,
  heads: readonly Head[],
): Promise<Map<string, Candidate & { branches: string[] }>> {
  const seen = new Map<string, Promise<Candidate[]>>();
  const files = new Map<string, Candidate & { branches: string[] }>();
  for (const { branch, id } of heads) {
    for (const file of await below({ path: '', id: `${id}^{tree}` }, 0, { reader, seen })) {
      const key = `${file.id} ${file.path}`;
      const known = files.get(key);
      if (known) known.branches.push(branch);
      else files.set(key, { ...file, branches: [branch] });
    }
  }
  const sizes = await blobSizes(git, new Set([...files.values()].map(({ id }) => id)));
  for (const [key, { id }] of files) if ((sizes.get(id) ?? Infinity) > mostBytes) files.delete(key);
  return files;
}

type Walk = { reader: ObjectReader; seen: Map<string, Promise<Candidate[]>> };

/** Branches share most of their folders: each is read once at each place. */
function below(place: Candidate, depth: number, walk: Walk): Promise<Candidate[]> {
  const key = `${place.id} ${place.path}`;
  const known = walk.seen.get(key);
  if (known) return known;
  const found = read(place, depth, walk);
  walk.seen.set(key, found);
  return found;
}

async function read({ path, id }: Candidate, depth: number, walk: Walk): Promise<Candidate[]> {
  const tree = await walk.reader.read(id);
  const found: Candidate[] = [];
  for (const entry of parseTree(tree?.body ?? Buffer.alloc(0)) ?? []) {
    const name = entry.name.toString('utf8');
    const place = { path: path === '' ? name : `${path}/${name}`, id: entry.id };
    if (!isFolder(entry)) {
      const wanted = manifests.test(name) || (depth === 0 && ofCi.test(name)) || ciFolders.test(path);
      if (wanted && entry.mode.startsWith('100')) found.push(place);
    } else if (isWorthALook(place.path, name, depth)) found.push(...(await below(place, depth + 1, walk)));
  }
  return found;
}

function isWorthALook(path: string, name: string, depth: number): boolean {
  if (ciFolders.test(path) || ciParents.test(path)) return true;
  return depth < deepest && !skipped.test(name);
}
