// What a script does without archives: reads GitBucket's lists, and one request each for every issue, comment, merge request
// and closing. Nothing is rewritten, compared or proven. GB2GL_REST tells both servers; CPU and memory go to GB2GL_PROBE.
import { writeFileSync } from 'node:fs';

const { source, target, repository, project, parallel } = JSON.parse(process.env.GB2GL_REST);
let rss = 0;
setInterval(() => (rss = Math.max(rss, process.memoryUsage.rss())), 50).unref();

async function call({ url, headers }, method, path, body) {
  const answer = await fetch(`${url}${path}`, {
    method,
    headers: { ...headers, ...(body && { 'content-type': 'application/json' }) },
    ...(body && { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
  return text === '' ? null : JSON.parse(text);
}

const read = (path) => call(source, 'GET', `/api/v3/repos/${repository}/${path}`);
const write = (method, path, body) => call(target, method, `/api/v4/projects/${project}/${path}`, body);

async function listOf(kind, state) {
  const all = [];
  for (let page = 1; ; page += 1) {
    const found = await read(`${kind}?state=${state}&sort=created&direction=asc&page=${page}`);
    if (found.length === 0) return all;
    all.push(...found);
  }
}

async function notesOf(items, number, iid) {
  const comments = await read(`issues/${number}/comments`);
  comments.sort((one, other) => one.id - other.id);
  for (const { body, created_at, user } of comments)
    await write('POST', `${items}/${iid}/notes`, { body: signed(user, body), created_at });
}

function signed({ login }, body) {
  return `${body}\n\n*By ${login}*`;
}

async function issue({ number, title, body, user, labels, created_at, updated_at, state }) {
  const names = labels.map(({ name }) => name).join(',');
  const made = { iid: number, title, description: signed(user, body), labels: names, created_at };
  await write('POST', 'issues', made);
  await notesOf('issues', number, number);
  if (state === 'closed') await write('PUT', `issues/${number}`, { state_event: 'close', updated_at });
}

/** The number is the next free one, and nothing makes it a merged one of the past. */
async function request({ number, title, body, user, head, base, state }) {
  const made = { title, description: signed(user, body), source_branch: head.ref, target_branch: base.ref };
  const { iid } = await write('POST', 'merge_requests', made);
  await notesOf('merge_requests', number, iid);
  if (state === 'closed') await write('PUT', `merge_requests/${iid}`, { state_event: 'close' });
}

async function each(items, job) {
  const left = items.toReversed();
  const worker = async () => {
    for (let item = left.pop(); item !== undefined; item = left.pop()) await job(item);
  };
  await Promise.all(Array.from({ length: parallel }, worker));
}

await each([...(await listOf('issues', 'open')), ...(await listOf('issues', 'closed'))], issue);
await each([...(await listOf('pulls', 'open')), ...(await listOf('pulls', 'closed'))], request);
const { userCPUTime, systemCPUTime } = process.resourceUsage();
writeFileSync(
  process.env.GB2GL_PROBE,
  JSON.stringify({ rssMB: rss / 1e6, cpuS: (userCPUTime + systemCPUTime) / 1e6 }),
);
