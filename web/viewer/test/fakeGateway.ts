import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { readFile } from 'node:fs/promises';
import { extname, join, normalize } from 'node:path';
import { concatBytes, toHex } from '../../player/src/codec/bytes.js';
import { encodeFrame, encodeJsonFrame, FrameType } from '../../player/src/codec/frames.js';
import { chainId, directorsJson, flip, makeDirectors, makeSlot, u64, type Director, type MadeSlot, type SegmentInput } from '../../player/test/studio.js';

/**
 * What is wrong with a slot. Of some this needs saying: `prompt`: it is announced with another prompt than the signed one; `recipe`: its recipe is
 * withheld; `switched`: after a good certificate it is called filler, and bytes come that nobody signed.
 */
export type Spoiler = 'chunk' | 'certificate' | 'directors' | 'filler' | 'prompt' | 'recipe' | 'opening' | 'unproven' | 'switched';

/** What a gateway says that lies about prompts. */
export const unsignedPrompt = 'what nobody has signed';

export interface Item {
  readonly prompt: string;
  readonly script?: string;
  readonly segments: readonly SegmentInput[];
}

export interface FakeGatewayOptions {
  programme: readonly Item[];
  readonly slotMilliseconds: number;
  /** Built pages to serve at `/`. */
  readonly pages: string;
  /** Answers an SDP offer; without it WebRTC is reported as not enabled. */
  answerOffer?: (sdp: string) => Promise<string>;
}

/** The policy that the real gateway sends with the pages. */
export const contentSecurityPolicy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; media-src 'self' blob:; " +
  "connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const types: Record<string, string> = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml', '.json': 'application/json', '.webmanifest': 'application/manifest+json' };
const firstSlot = 1200;

/** A gateway that speaks docs/player-protocol.md over HTTP, with an endless programme, and that can be told to misbehave. */
export class FakeGateway {
  private readonly server: Server;
  private readonly made = new Map<number, Promise<MadeSlot>>();
  private readonly recipes = new Map<string, { id: string; prompt: string; at: number; slot: number }>();
  /** The open HTTP streams. */
  readonly streams = new Set<ServerResponse>();
  private directors: Director[] = [];
  private strangers: Director[] = [];
  private startedAt = 0;
  private history = 1;
  /** Spoilers per slot number. */
  readonly spoiled = new Map<number, Spoiler>();
  /** Applied to every slot from this one on. */
  spoilFrom: { slot: number; spoiler: Spoiler } | null = null;
  requests: string[] = [];
  /** What is in slots of filler; without it, what the programme has for them. */
  filler: readonly SegmentInput[] | null = null;
  /** Answers 503 to discovery, as a gateway that starts. */
  starting = false;
  /** Discovery waits for it. */
  discoverable: Promise<void> = Promise.resolve();
  /** Streams say hello, and nothing after it. */
  silent = false;
  /** The resume points that streams were asked for, and the chunks that were sent on each. */
  readonly sent: { from: string | null; chunks: string[] }[] = [];

  constructor(readonly options: FakeGatewayOptions) {
    this.server = createServer((request, response) => {
      void this.handle(request, response).catch(error => {
        if (!response.headersSent) this.problem(response, 500, String(error));
      });
    });
  }

  async start(port = 0): Promise<string> {
    // Started again after a stop, it is the same network.
    if (this.directors.length === 0) {
      this.directors = await makeDirectors();
      this.strangers = await makeDirectors();
      this.startedAt = Date.now();
    }
    await new Promise<void>(resolve => this.server.listen(port, '127.0.0.1', resolve));
    const address = this.server.address();
    return `http://localhost:${typeof address === 'object' && address !== null ? address.port : port}`;
  }

  async stop(): Promise<void> {
    this.cut();
    await new Promise<void>(resolve => {
      this.server.close(() => resolve());
      this.server.closeAllConnections();
    });
  }

  /** Breaks every running stream, as a gateway that restarts. */
  cut(): void {
    for (const stream of this.streams) stream.destroy();
    this.streams.clear();
  }

  /** Another chain under the same name: slots and epochs count anew, other directors. */
  async startAfresh(): Promise<void> {
    this.history++;
    this.directors = await makeDirectors();
    this.made.clear();
    this.recipes.clear();
    this.startedAt = Date.now();
    this.cut();
  }

  /** The keys of the directors, as a page may be set up with them. */
  get directorKeys(): string[] {
    return this.directors.map(director => toHex(director.key));
  }

  get slotNow(): number {
    return firstSlot + Math.floor((Date.now() - this.startedAt) / this.options.slotMilliseconds);
  }

  private airsAt(slot: number): number {
    return this.startedAt + (slot - firstSlot) * this.options.slotMilliseconds;
  }

  private epochOf(slot: number): number {
    return Math.floor(slot / 10);
  }

  private item(slot: number): Item {
    const own = this.wish(slot);
    const item = this.options.programme[slot % this.options.programme.length]!;
    return own === undefined ? item : { ...item, prompt: own.prompt };
  }

  /** A wish stays on air for a few slots, so that nobody misses it. */
  private wish(slot: number) {
    return [...this.recipes.values()].find(recipe => slot >= recipe.slot && slot < recipe.slot + 5);
  }

  private spoiler(slot: number): Spoiler | null {
    const everything = this.spoilFrom !== null && slot >= this.spoilFrom.slot ? this.spoilFrom.spoiler : null;
    return this.spoiled.get(slot) ?? everything;
  }

  private make(slot: number): Promise<MadeSlot> {
    let made = this.made.get(slot);
    if (made === undefined) {
      const item = this.item(slot);
      const recipe = { version: 1, prompt: item.prompt, script: item.script ?? '' };
      const directors = this.spoiler(slot) === 'directors' ? this.strangers : this.directors;
      const segments = this.spoiler(slot) === 'filler' ? (this.filler ?? item.segments) : item.segments;
      made = makeSlot({ slot, epoch: this.epochOf(slot), directors, segments, recipe });
      this.made.set(slot, made);
    }
    return made;
  }

  /** Another clip of the same length, by nobody. */
  private makeUnsigned(slot: number): Promise<MadeSlot> {
    const { segments } = this.options.programme[(slot + 1) % this.options.programme.length]!;
    return makeSlot({ slot, epoch: this.epochOf(slot), directors: this.strangers, segments, recipe: { prompt: unsignedPrompt } });
  }

  private async certificate(slot: number): Promise<Uint8Array> {
    const { certificate } = await this.make(slot);
    return this.spoiler(slot) === 'certificate' ? flip(certificate, -1) : certificate;
  }

  private async chunk(slot: number, index: number): Promise<Uint8Array> {
    const { chunks } = await this.make(slot);
    const chunk = chunks[index]!;
    return this.spoiler(slot) === 'chunk' && index >= Math.min(2, chunks.length - 1) ? flip(chunk, -200) : chunk;
  }

  private async summary(slot: number) {
    const known = slot <= this.slotNow + 1;
    const made = known ? await this.make(slot) : null;
    const filler = this.spoiler(slot) === 'filler';
    return {
      slot, epoch: this.epochOf(slot), channel: 'main', kind: filler ? 'filler' : 'certified',
      state: filler ? 'failed' : known ? 'certified' : slot === this.slotNow + 2 ? 'verifying' : slot === this.slotNow + 3 ? 'generating' : 'planned',
      airsAt: this.airsAt(slot), durationMilliseconds: this.item(slot).segments.length * 1000,
      prompt: this.spoiler(slot) === 'prompt' ? unsignedPrompt : this.item(slot).prompt, origin: this.wish(slot) === undefined ? 'programme' : 'viewer',
      ...(made === null ? {} : { recipeHash: toHex(made.recipeHash), contentRoot: toHex(made.contentRoot), chunks: made.chunks.length }),
      mime: 'video/webm; codecs="vp8,opus"', width: 512, height: 512, framesPerSecond: 24, votes: filler ? 0 : 4,
      reason: filler ? 'only two of five directors voted before the deadline' : null,
    };
  }

  private async detail(slot: number) {
    const summary = await this.summary(slot);
    const airsAt = this.airsAt(slot);
    const made = slot <= this.slotNow + 1 ? await this.make(slot) : null;
    const messages = (place: number) => {
      const said = made?.messages[place] ?? null;
      if (said === null) return {};
      const reveal = this.spoiler(slot) === 'opening' && place === 1 ? flip(said.reveal, -1) : said.reveal;
      return { commit: toHex(said.commit), reveal: toHex(reveal), frames: said.frames };
    };
    const wobble = (i: number, j: number) => Math.round((1 - Math.abs(Math.sin(slot + 3 * i + 7 * j)) * 0.03) * 1e4) / 1e4;
    return {
      ...summary,
      seed: toHex(new Uint8Array(32).fill(slot % 256)), modelPackHash: toHex(new Uint8Array(32).fill(0x33)), modelPack: 'toon-1',
      proposer: toHex(this.directors[slot % 5]!.key), block: slot * 8, script: this.item(slot).script ?? null,
      directors: this.directors.map((director, i) => ({
        account: toHex(director.key), name: director.name, key: toHex(director.key), verdict: i < 4 ? 'accept' : 'absent', reason: null, committed: i < 4, revealed: i < 4,
        ...messages(i),
        scores: i < 4 ? { clipA: 0.31 + 0.01 * Math.sin(slot + i), clipB: 0.28 + 0.01 * Math.cos(slot + i) } : {},
      })),
      similarity: Array.from({ length: 5 }, (_, i) => Array.from({ length: 5 }, (_, j) => (i === 4 || j === 4 ? null : i === j ? 1 : wobble(Math.min(i, j), Math.max(i, j))))),
      thresholds: { similarity: 0.95, clipA: 0.25, clipB: 0.24 },
      times: { requested: airsAt - 21_000, started: airsAt - 14_000, published: airsAt - 7_900, certified: airsAt - 4_000 },
    };
  }

  private recipeState(id: string) {
    const recipe = this.recipes.get(id)!;
    const now = this.slotNow;
    const distance = recipe.slot - now;
    const state = distance > 3 ? 'queued' : distance === 3 ? 'generating' : distance === 2 ? 'verifying' : distance === 1 ? 'certified' : distance > -5 ? 'on-air' : 'aired';
    return {
      id, channel: 'main', prompt: recipe.prompt, state, place: distance > 3 ? distance - 3 : null, slot: distance > 3 ? null : recipe.slot,
      airsAt: this.airsAt(recipe.slot), estimatedAirsAt: this.airsAt(recipe.slot), reason: null, history: [{ state: 'queued', at: recipe.at }],
    };
  }

  private async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://localhost');
    this.requests.push(`${request.method} ${url.pathname}`);
    const parts = url.pathname.split('/').filter(part => part !== '');
    if (url.pathname === '/p2p/info') return this.discoverable.then(() => this.discovery(response));
    if (parts[0] !== 'api') return this.page(url.pathname, response);
    switch (parts[1]) {
      case 'channels':
        if (parts[3] === 'stream') return this.stream(url, response);
        if (parts[3] === 'offer') return this.offer(request, response);
        return this.json(response, {
          name: 'main', title: 'NSN One', now: Date.now(), state: 'on-air', epoch: this.epochOf(this.slotNow), slot: this.slotNow,
          slotMilliseconds: this.options.slotMilliseconds, current: await this.summary(this.slotNow),
          next: await Promise.all([1, 2, 3].map(ahead => this.summary(this.slotNow + ahead))), queueLength: this.recipes.size, viewers: 17,
        });
      case 'epochs':
        return this.json(response, directorsJson(Number(parts[2]), this.directors));
      case 'recipes':
        return this.recipe(request, parts[2], response);
      case 'slots':
        return this.slots(url, parts, response);
      default:
        return this.problem(response, 404, 'There is nothing here.');
    }
  }

  private discovery(response: ServerResponse): void {
    if (this.starting) {
      response.setHeader('Retry-After', '1');
      return this.problem(response, 503, 'The gateway is starting.');
    }
    this.json(response, {
      protocol: 1, chainId: toHex(chainId), history: toHex(new Uint8Array(32).fill(this.history)), slot: this.slotNow, now: Date.now(), channels: [{ name: 'main', title: 'NSN One' }], threshold: 3,
      slotMilliseconds: this.options.slotMilliseconds, webrtc: { enabled: this.options.answerOffer !== undefined, iceServers: [] },
    });
  }

  private async slots(url: URL, parts: string[], response: ServerResponse): Promise<void> {
    if (parts[2] === undefined) {
      const before = Number(url.searchParams.get('before') ?? this.slotNow + 1);
      const limit = Number(url.searchParams.get('limit') ?? 20);
      const first = Math.max(firstSlot - 8, before - limit);
      const numbers = Array.from({ length: Math.max(0, before - first) }, (_, i) => before - 1 - i);
      return this.json(response, { items: await Promise.all(numbers.map(slot => this.summary(slot))), next: first > firstSlot - 8 ? String(first) : null });
    }
    const slot = Number(parts[2]);
    if (!Number.isSafeInteger(slot) || slot > this.slotNow + 3) return this.problem(response, 404, 'There is no such slot.');
    if (parts[3] === 'certificate') return this.spoiler(slot) === 'filler' ? this.problem(response, 404, 'No certificate.') : this.spoiler(slot) === 'unproven' ? this.problem(response, 503, 'Not now.') : this.bytes(response, await this.certificate(slot));
    if (parts[3] === 'recipe' && this.spoiler(slot) === 'recipe') return this.problem(response, 503, 'Not now.');
    if (parts[3] === 'recipe') return this.bytes(response, (await this.make(slot)).recipe);
    if (parts[3] === 'chunks') return this.bytes(response, await this.chunk(slot, Number(parts[4])));
    return this.json(response, await this.detail(slot));
  }

  private async recipe(request: IncomingMessage, id: string | undefined, response: ServerResponse): Promise<void> {
    if (request.method === 'POST') {
      const body = JSON.parse((await readBody(request)).toString()) as { prompt?: unknown };
      if (typeof body.prompt !== 'string' || body.prompt.trim().length < 3) {
        response.statusCode = 422;
        return this.json(response, { title: 'The prompt cannot be used', status: 422, detail: 'Write at least three characters.', errors: { prompt: ['Write at least three characters.'] } });
      }
      const slot = Math.max(this.slotNow + 4, ...[...this.recipes.values()].map(recipe => recipe.slot + 1));
      const made = { id: `r-${slot}`, prompt: body.prompt, at: Date.now(), slot };
      this.recipes.set(made.id, made);
      response.statusCode = 202;
      return this.json(response, this.recipeState(made.id));
    }
    return id !== undefined && this.recipes.has(id) ? this.json(response, this.recipeState(id)) : this.problem(response, 404, 'There is no such recipe.');
  }

  private async offer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (this.options.answerOffer === undefined) return this.problem(response, 404, 'No WebRTC here.');
    const answer = await this.options.answerOffer((await readBody(request)).toString());
    response.writeHead(201, { 'Content-Type': 'application/sdp', Location: '/api/sessions/1' });
    response.end(answer);
  }

  /** Sends the programme as frames: live from the segment on air, or from a resume point, each slot a moment before it airs. */
  private async stream(url: URL, response: ServerResponse): Promise<void> {
    response.writeHead(200, { 'Content-Type': 'application/vnd.nsn.frames', 'Cache-Control': 'no-store' });
    this.streams.add(response);
    let open = true;
    response.on('close', () => {
      open = false;
      this.streams.delete(response);
    });
    const send = (frame: Uint8Array) => void (open && response.write(frame));
    const from = /^(\d+)\.(\d+)$/.exec(url.searchParams.get('from') ?? '');
    let slot = from === null ? this.slotNow : Number(from[1]);
    let first = from === null ? -1 : Number(from[2]);
    send(encodeJsonFrame(FrameType.hello, { protocol: 1, channel: 'main', session: 's-1', chainId: toHex(chainId), now: Date.now(), resumed: from !== null, slotMilliseconds: this.options.slotMilliseconds }));
    const log = { from: url.searchParams.get('from'), chunks: [] as string[] };
    this.sent.push(log);
    let epoch = -1;
    while (open) {
      const wait = this.silent ? 200 : this.airsAt(slot) - 1000 - Date.now();
      if (wait > 0) {
        send(encodeFrame(FrameType.keepAlive, new Uint8Array(0)));
        await new Promise(resolve => setTimeout(resolve, Math.min(wait, 200)));
        continue;
      }
      if (epoch !== this.epochOf(slot)) {
        epoch = this.epochOf(slot);
        send(encodeJsonFrame(FrameType.directors, directorsJson(epoch, this.directors)));
      }
      send(encodeJsonFrame(FrameType.slot, await this.summary(slot)));
      for (const ahead of [1, 2, 3]) send(encodeJsonFrame(FrameType.slot, await this.summary(slot + ahead)));
      const made = await this.make(slot);
      if (!['filler', 'unproven'].includes(this.spoiler(slot) ?? '')) send(encodeFrame(FrameType.certificate, await this.certificate(slot)));
      if (this.spoiler(slot) !== 'recipe') send(encodeFrame(FrameType.recipe, concatBytes([u64(slot), made.recipe])));
      if (first < 0) first = this.firstChunkOnAir(slot, made);
      const unsigned = this.spoiler(slot) === 'switched' ? await this.makeUnsigned(slot) : null;
      if (unsigned !== null) send(encodeJsonFrame(FrameType.slot, { ...(await this.summary(slot)), kind: 'filler', contentRoot: toHex(unsigned.contentRoot) }));
      for (let index = first; index < made.chunks.length; index++) {
        send(encodeFrame(FrameType.chunk, unsigned?.chunks[index] ?? (await this.chunk(slot, index))));
        if (open) log.chunks.push(`${slot}.${index}`);
      }
      slot++;
      first = 0;
    }
  }

  private firstChunkOnAir(slot: number, made: MadeSlot): number {
    const second = Math.max(0, Math.floor((Date.now() - this.airsAt(slot)) / 1000));
    const segment = Math.min(second, this.item(slot).segments.length - 1);
    const index = made.chunks.findIndex(chunk => new DataView(chunk.buffer, chunk.byteOffset).getUint32(51, true) === segment);
    return Math.max(0, index);
  }

  private async page(path: string, response: ServerResponse): Promise<void> {
    const name = normalize(path === '/' ? '/index.html' : path);
    try {
      const bytes = await readFile(join(this.options.pages, name));
      response.writeHead(200, { 'Content-Type': types[extname(name)] ?? 'application/octet-stream', 'Content-Security-Policy': contentSecurityPolicy });
      response.end(bytes);
    } catch {
      this.problem(response, 404, 'There is no such page.');
    }
  }

  private json(response: ServerResponse, value: unknown): void {
    response.setHeader('Content-Type', 'application/json');
    response.end(JSON.stringify(value));
  }

  private bytes(response: ServerResponse, bytes: Uint8Array): void {
    response.setHeader('Content-Type', 'application/octet-stream');
    response.end(bytes);
  }

  private problem(response: ServerResponse, status: number, detail: string): void {
    response.writeHead(status, { 'Content-Type': 'application/problem+json' });
    response.end(JSON.stringify({ title: 'Not possible', status, detail }));
  }
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts);
}
