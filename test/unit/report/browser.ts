import { spawn, spawnSync } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';

/** A real browser with one page, driven through its debugging pipe. */
export type Browser = {
  /** Opens the file at this address and waits until its scripts have run. */
  open(url: string, size: { width: number; height: number; dark?: boolean }): Promise<void>;
  /** Value of an expression inside the page; that of a promise when it is there. */
  evaluate(expression: string): Promise<unknown>;
  /** Clicks on what this selector finds, and waits until the file that it offers is in the folder; gives its name. */
  save(selector: string, folder: string): Promise<string>;
  /** The page as it is printed, as a PDF of European sheets. */
  print(): Promise<Buffer>;
  /** Addresses that the page asked for, its own included. */
  requests: string[];
  /** What the page complained about, policy violations included. */
  complaints: string[];
  close(): Promise<void>;
};

type Message = {
  id?: number;
  method?: string;
  params?: Record<string, unknown>;
  result?: Record<string, unknown>;
};

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const flags = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--remote-debugging-pipe',
];

/** Name of a browser on this machine, or null. */
export function findBrowser(): string | null {
  return names.find((name) => spawnSync(name, ['--version'], { stdio: 'ignore' }).status === 0) ?? null;
}

/** Starts the browser with a profile of its own, which goes away with it. */
export async function startBrowser(name: string): Promise<Browser> {
  const profile = await mkdtemp(join(tmpdir(), 'gb2gl-browser-'));
  const child = spawn(name, [...flags, `--user-data-dir=${profile}`, 'about:blank'], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'],
    // What it leaves beside its profile goes away with that too.
    env: { ...process.env, TMPDIR: profile },
  });
  const requests: string[] = [];
  const complaints: string[] = [];
  const saved = new EventEmitter();
  const waiting = new Map<number, (message: Message) => void>();
  let sent = 0;
  let session: string | undefined;

  function receive(message: Message): void {
    if (message.id !== undefined) waiting.get(message.id)?.(message);
    if (message.method === 'Browser.downloadWillBegin') saved.emit('begun', message.params);
    if (message.params?.['state'] === 'completed') saved.emit('completed');
    if (message.method === 'Network.requestWillBeSent') requests.push(requestUrl(message));
    if (message.method === 'Log.entryAdded' || message.method === 'Runtime.exceptionThrown') {
      complaints.push(JSON.stringify(message.params));
    }
  }

  async function send(method: string, params: object = {}): Promise<Record<string, unknown>> {
    sent += 1;
    const id = sent;
    const answered = new Promise<Message>((resolve) => void waiting.set(id, resolve));
    (child.stdio[3] as Writable).write(`${JSON.stringify({ id, method, params, sessionId: session })}\0`);
    return (await answered).result ?? {};
  }

  readMessages(child.stdio[4] as Readable, receive);
  const { targetInfos } = (await send('Target.getTargets')) as {
    targetInfos: { type: string; targetId: string }[];
  };
  const targetId = targetInfos.find(({ type }) => type === 'page')?.targetId;
  const attached = await send('Target.attachToTarget', { targetId, flatten: true });
  session = String(attached['sessionId']);
  for (const domain of ['Page', 'Network', 'Log', 'Runtime']) await send(`${domain}.enable`);

  async function evaluate(expression: string): Promise<unknown> {
    const answer = await send('Runtime.evaluate', {
      expression,
      returnByValue: true,
      awaitPromise: true,
    });
    return (answer['result'] as { value?: unknown } | undefined)?.value;
  }

  return {
    requests,
    complaints,
    evaluate,
    save: async (selector, folder) => {
      await send('Browser.setDownloadBehavior', {
        behavior: 'allow',
        downloadPath: folder,
        eventsEnabled: true,
      });
      const [begun, completed] = [once(saved, 'begun'), once(saved, 'completed')];
      await evaluate(`document.querySelector(${JSON.stringify(selector)}).click()`);
      const [{ suggestedFilename }] = (await begun) as [{ suggestedFilename: string }];
      await completed;
      return suggestedFilename;
    },
    print: async () => {
      const { data } = await send('Page.printToPDF', { paperWidth: 8.27, paperHeight: 11.69 });
      return Buffer.from(String(data), 'base64');
    },
    open: async (url, { width, height, dark = false }) => {
      const features = [{ name: 'prefers-color-scheme', value: dark ? 'dark' : 'light' }];
      await send('Emulation.setDeviceMetricsOverride', {
        width,
        height,
        deviceScaleFactor: 1,
        mobile: false,
      });
      await send('Emulation.setEmulatedMedia', { features });
      // By way of an empty page: a new fragment alone would not load the file again.
      await send('Page.navigate', { url: 'about:blank' });
      await send('Page.navigate', { url });
      while ((await evaluate(`location.href !== 'about:blank' && document.readyState`)) !== 'complete')
        await sleep(20);
    },
    close: async () => {
      const closed = once(child, 'close');
      child.kill('SIGKILL');
      await closed;
      await rm(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
    },
  };
}

function requestUrl(message: Message): string {
  return (message.params as { request: { url: string } }).request.url;
}

/** The pipe carries JSON documents that end with a zero byte. */
function readMessages(pipe: Readable, receive: (message: Message) => void): void {
  let rest = '';
  pipe.setEncoding('utf8').on('data', (chunk: string) => {
    const parts = (rest + chunk).split('\0');
    rest = parts.pop() ?? '';
    for (const part of parts) receive(JSON.parse(part) as Message);
  });
}
