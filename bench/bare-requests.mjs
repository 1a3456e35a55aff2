// The least that Node can do for the requests in the list of GB2GL_BARE: node:http with connections kept alive, answers
// unpacked and thrown away. Writes the CPU time of the process to GB2GL_PROBE.
import { readFileSync, writeFileSync } from 'node:fs';
import { Agent, get } from 'node:http';
import { gunzipSync } from 'node:zlib';

const { urls, headers, parallel } = JSON.parse(readFileSync(process.env.GB2GL_BARE, 'utf8'));
const agent = new Agent({ keepAlive: true, maxSockets: parallel });

await Promise.all(Array.from({ length: parallel }, worker));
const { userCPUTime, systemCPUTime } = process.resourceUsage();
writeFileSync(process.env.GB2GL_PROBE, JSON.stringify({ cpuS: (userCPUTime + systemCPUTime) / 1e6 }));
agent.destroy();

async function worker() {
  for (let url = urls.pop(); url !== undefined; url = urls.pop()) await answerOf(url);
}

function answerOf(url) {
  return new Promise((resolve, reject) => {
    get(url, { agent, headers: headers[new URL(url).origin] }, (answer) => {
      if (answer.statusCode !== 200) reject(new Error(`${answer.statusCode} for ${url}`));
      const chunks = [];
      answer.on('data', (chunk) => chunks.push(chunk));
      answer.on('end', () => {
        const bytes = Buffer.concat(chunks);
        resolve(answer.headers['content-encoding'] === 'gzip' ? gunzipSync(bytes) : bytes);
      });
    }).on('error', reject);
  });
}
