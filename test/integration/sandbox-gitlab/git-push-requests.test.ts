import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { PUSH_TYPE, usePushFixture } from './git-push-fixture.ts';
import { pushBody, raw, readAnswer } from './git-wire.ts';

const at = usePushFixture();

afterEach(() => {
  at.gitlab.settings.git.splitMessages = false;
});

describe('a request', () => {
  it('without info/refs before it is served', async () => {
    expect((await at.fill()).report).toEqual(['unpack ok', 'ok refs/heads/main', 'ok refs/heads/old']);
  });

  it('of nothing but a flush answers an empty 200, or 401 without credentials', async () => {
    const probe = await at.post('0000');
    expect([probe.status, probe.body]).toEqual([200, '']);
    const url = `${at.gitlab.url}/${at.path}.git/git-receive-pack`;
    expect((await raw(url, { method: 'POST', headers: PUSH_TYPE, body: '0000' })).status).toBe(401);
  });

  it('answers git-lines of type receive-pack-result and nothing compressed', async () => {
    const answer = await at.post(
      pushBody({ commands: [{ new: at.tip, ref: 'refs/heads/main' }], pack: at.pack }),
      {
        'accept-encoding': 'gzip',
      },
    );
    expect(answer.headers['content-type']).toBe('application/x-git-receive-pack-result');
    expect(answer.headers['content-encoding']).toBeUndefined();
    expect(answer.body.endsWith('0000')).toBe(true);
  });

  it.each([
    ['empty', ''],
    ['cut inside the first command', '00a70000'],
    ['no packet at all', 'hello world, this is no packet'],
  ])('with a body that is %s answers an empty 500', async (_case, body) => {
    const answer = await at.post(body);
    expect([answer.status, answer.body]).toEqual([500, '']);
  });

  it('that asks for sha256, or announces options and sends none, answers an empty 500', async () => {
    const commands = [{ new: at.tip, ref: 'refs/heads/main' }];
    const sha256 = await at.post(
      pushBody({ commands, capabilities: 'report-status object-format=sha256', pack: at.pack }),
    );
    expect([sha256.status, sha256.body]).toEqual([500, '']);
    const options = await at.post(
      pushBody({ commands, capabilities: 'report-status push-options', pack: at.pack }),
    );
    expect([options.status, options.body]).toEqual([500, '']);
  });

  it('may be gzipped, but not deflated', async () => {
    const body = pushBody({ commands: [{ new: at.tip, ref: 'refs/heads/main' }], pack: at.pack });
    const deflated = await at.post(body, { 'content-encoding': 'deflate' });
    expect([deflated.status, deflated.body]).toEqual([500, 'Internal Server Error\n']);
    const gzipped = await at.post(gzipSync(body), { 'content-encoding': 'gzip' });
    expect(readAnswer(gzipped.body).report).toEqual(['unpack ok', 'ok refs/heads/main']);
  });

  it('of another content type is not git', async () => {
    expect((await at.post('0000', { 'content-type': 'text/plain' })).status).toBe(403);
  });

  it('for a project that does not exist gets the same 404 as its info/refs', async () => {
    at.path = 'nowhere/else';
    const answer = await at.post('0000');
    expect([answer.status, answer.body.slice(0, 41)]).toEqual([
      404,
      'The project you were looking for could no',
    ]);
  });
});

describe('capabilities', () => {
  it('without side-band-64k the report comes plain', async () => {
    const commands = [{ new: at.tip, ref: 'refs/heads/main' }];
    const answer = await at.post(pushBody({ commands, capabilities: 'report-status', pack: at.pack }));
    expect(answer.body).toBe('000eunpack ok\n0017ok refs/heads/main\n0000');
  });

  it('without report-status there is no verdict, and the push counts all the same', async () => {
    const commands = [{ new: at.tip, ref: 'refs/heads/main' }];
    const answer = await at.post(pushBody({ commands, capabilities: 'side-band-64k', pack: at.pack }));
    expect(answer.body).toBe('0000');
    expect(await at.refs()).toBe('main');
    expect(at.gitlab.context.pushes.at(-1)?.refs).toHaveLength(1);
  });

  it('options sent without asking are taken for a damaged pack', async () => {
    const { report } = await at.push({
      commands: [{ new: at.tip, ref: 'refs/heads/main' }],
      options: ['ci.skip'],
      pack: at.pack,
    });
    expect(report[0]).toBe('unpack protocol error (pack signature mismatch detected)');
  });
});

describe('overload and internal failures', () => {
  it('busy: one line of a report, no verdict, no Retry-After', async () => {
    at.gitlab.settings.git.nextPushes = ['busy'];
    const answer = await at.post(pushBody({ commands: at.mainOnly(), pack: at.pack }));
    expect(answer.status).toBe(200);
    expect(answer.headers['retry-after']).toBeUndefined();
    const id = /\(ID ([0-9a-f]{26})\)/.exec(answer.body)?.[1];
    expect(answer.body).toBe(
      `0023\x01001aunpack server is busy\n00000064\x02GitLab is currently unable to handle this request due to load (ID ${id}).\n0000`,
    );
    expect((await at.fill()).report[0]).toBe('unpack ok');
  });

  it('an empty 500', async () => {
    at.gitlab.settings.git.nextPushes = ['empty-500'];
    const answer = await at.post(pushBody({ commands: at.mainOnly(), pack: at.pack }));
    expect([answer.status, answer.body]).toEqual([500, '']);
    expect(await at.refs()).toBe('');
  });

  it('a rate limit that the client cannot see', async () => {
    at.gitlab.settings.git.nextPushes = ['throttled'];
    const once = await at.push({ commands: at.mainOnly(), pack: at.pack });
    expect(once.texts).toBe('error executing git hook\n');
    expect(once.report[1]).toBe('ng refs/heads/main pre-receive hook declined');
    at.gitlab.settings.git.operationsPerMinute = 1;
    const outcomes = [await at.fill(), await at.push({ commands: at.mainOnly(), pack: at.pack })];
    at.gitlab.settings.git.operationsPerMinute = 0;
    expect(outcomes.map(({ report }) => report[1])).toEqual([
      'ok refs/heads/main',
      'ng refs/heads/main pre-receive hook declined',
    ]);
  });

  it('Rails unreachable, Rails too slow', async () => {
    at.gitlab.settings.git.nextPushes = ['internal-api-unreachable'];
    expect((await at.push({ commands: at.mainOnly(), pack: at.pack })).texts).toBe(
      'GitLab: Internal API unreachable',
    );
    at.gitlab.settings.git.accessCheckTimesOut = true;
    const { texts } = await at.push({ commands: at.mainOnly(), pack: at.pack });
    at.gitlab.settings.git.accessCheckTimesOut = false;
    expect(texts).toMatch(
      /^GitLab: Push operation timed out\n\nTiming information for debugging purposes:\n/,
    );
  });

  it('texts in pieces say the same', async () => {
    at.gitlab.settings.git.splitMessages = true;
    const { texts, packets } = await at.push({
      commands: [{ new: at.tip, ref: 'refs/heads/HEAD' }],
      pack: at.pack,
    });
    expect(texts).toBe('GitLab: You cannot create a branch with an invalid name.');
    expect(packets.filter((packet) => packet.startsWith('\x02')).length).toBeGreaterThan(1);
  });
});
