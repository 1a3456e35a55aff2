import { chmodSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { certificateFindings } from '../../src/doctor/network.ts';
import { openJournal } from '../../src/journal/journal.ts';
import { lockWorkDir } from '../../src/journal/lock.ts';
import { clockFront } from '../helpers/clock-front.ts';
import { examine, findingOf, codesIn, troubles } from '../helpers/doctor.ts';
import { deadPort } from '../helpers/hosts.ts';
import { quietRuntime } from '../helpers/prepared.ts';
import { testServers, type TestServers } from '../helpers/servers.ts';
import { selfSigned, tlsFront } from '../helpers/tls-front.ts';

const DAY_MS = 86_400_000;

async function journalIn(workDir: string, servers: { source: string; target: string }): Promise<void> {
  const journal = await openJournal({ directory: workDir, servers, run: 'a run', now: Date.now });
  await journal.record({ item: 'team-a', step: 'group', status: 'started' });
  await journal.close();
}

function folderIn({ folder }: TestServers, name: string): string {
  const path = join(folder, name);
  mkdirSync(path);
  return path;
}

test('Node, git, work directory and space are reported', async () => {
  const servers = await testServers();
  const findings = await examine(servers);
  expect(codesIn('machine', findings).slice(0, 3)).toEqual(['node', 'git', 'work-dir-usable']);
  expect(findingOf('git', findings).message).toMatch(/^git \d+\.\d+/);
  expect(['disk-space', 'disk-low']).toContain(codesIn('machine', findings)[3]);
});

test('an old Node, an old git and no git at all are warnings', async () => {
  const servers = await testServers();
  const bin = folderIn(servers, 'bin');
  writeFileSync(join(bin, 'git'), '#!/bin/sh\necho git version 2.20.1\n');
  chmodSync(join(bin, 'git'), 0o755);
  const old = await examine(servers, { env: { PATH: `${bin}:/bin` }, nodeVersion: '18.20.0' });
  expect(troubles(old)).toEqual(expect.arrayContaining(['node-old', 'git-old']));
  expect(findingOf('git-old', old).message).toContain('git 2.20.1 is older than 2.30');

  const none = await examine(servers, { env: { PATH: folderIn(servers, 'empty') } });
  expect(findingOf('git-absent', none).message).toContain('ENOENT');
});

test('a work directory that is a file, is used by another run, or holds another journal is reported', async () => {
  const servers = await testServers();
  const file = join(servers.folder, 'file');
  writeFileSync(file, '');
  expect(troubles(await examine(servers, { workDir: file }))).toEqual(['work-dir']);

  const used = folderIn(servers, 'used');
  const lock = await lockWorkDir(used, { ...quietRuntime(used), host: 'its-host', pid: 4711 });
  const locked = await examine(servers, { workDir: used });
  expect(findingOf('work-dir-locked', locked).message).toMatch(
    /process 4711 on its-host, since [\d-]* ?\d\d:\d\d:\d\d \(just now\)/,
  );
  expect(readdirSync(used)).toHaveLength(1);
  await lock.release();
  expect(troubles(await examine(servers, { workDir: used }))).toEqual([]);
  // Root may write there, says the system.
  expect(troubles(await examine(servers, { workDir: '/proc/no-such-folder/work' }))).toEqual(['work-dir']);

  const own = folderIn(servers, 'own');
  const urls = { source: servers.gitbucket.url, target: servers.gitlab.url };
  await journalIn(own, urls);
  expect(troubles(await examine(servers, { workDir: own }))).toEqual([]);
  const foreign = folderIn(servers, 'foreign');
  await journalIn(foreign, { ...urls, target: 'https://gitlab.example.com' });
  expect(troubles(await examine(servers, { workDir: foreign }))).toEqual(['journal-of-others']);

  const damaged = folderIn(servers, 'damaged');
  writeFileSync(join(damaged, 'journal.jsonl'), 'no JSON\n{}\n');
  expect(troubles(await examine(servers, { workDir: damaged }))).toEqual(['journal-damaged']);
});

test('a certificate that is not trusted is named with its issuer; a trusted one with its end', async () => {
  const servers = await testServers();
  const mine = selfSigned(servers.folder, 'my-own-ca');
  const url = await tlsFront(servers.gitlab.url, mine);
  const untrusted = await examine(servers, { target: { url } });
  expect(codesIn('target', untrusted)).toEqual(['tls-untrusted']);
  expect(findingOf('tls-untrusted', untrusted).message).toContain('issued by my-own-ca');
  expect(findingOf('tls-untrusted', untrusted).fix).toContain('"target": { "caFile": "ca.pem" }');
  expect(codesIn('source', untrusted)).toContain('source-version');

  const trusted = await examine(servers, { target: { url, caFile: mine.caFile } });
  expect(troubles(trusted)).toEqual(['certificate-expires']);
  expect(findingOf('certificate-expires', trusted).message).toContain('(in 1 day)');

  const server = { side: 'target', name: 'GitLab', url } as const;
  const earlier = await certificateFindings(server, mine.cert, Date.now() - 20 * DAY_MS);
  expect(earlier.map(({ code }) => code)).toEqual(['certificate']);
});

test('clocks are compared with ours and with each other', async () => {
  const servers = await testServers();
  const ahead = await clockFront(servers.gitlab.url, 300_000);
  const one = await examine(servers, { target: { url: ahead } });
  expect(troubles(one)).toEqual(['clocks-disagree', 'clock-differs']);
  expect(findingOf('clock-differs', one).message).toMatch(/^the clock of GitLab is about 5 min ahead/);
  expect(findingOf('clocks-disagree', one).message).toContain('differ by about 5 min');

  const mine = await examine(servers, { now: () => Date.now() + 600_000 });
  expect(troubles(mine)).toEqual(['clock-differs', 'clock-differs']);
});

test('a proxy in the environment and a server that is not there are reported', async () => {
  const servers = await testServers();
  const url = `http://127.0.0.1:${await deadPort()}`;
  const env = { http_proxy: 'http://proxy.example.com:3128', no_proxy: '127.0.0.1' };
  const findings = await examine(servers, { source: { url }, env });
  expect(codesIn('source', findings)).toEqual(['proxy-bypassed', 'unreachable']);
  expect(findingOf('unreachable', findings).message).toContain('nothing listens there');
  expect(codesIn('target', findings)).toContain('target-git');
});
