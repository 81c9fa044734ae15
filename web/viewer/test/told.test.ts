import type { DirectorVote, PlayerSnapshot, RecipeState, SlotDetail, SlotProof, SlotSummary, SlotView, TrustSource, Verdict } from '@nsn/player';
import { createElement, createRef, type FunctionComponent } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { describe, expect, it } from 'vitest';
import { Announcer } from '../src/components/Announcer.js';
import { Badge } from '../src/components/Badge.js';
import { Captions } from '../src/components/Captions.js';
import { Aired, ComingUp } from '../src/components/Programme.js';
import { PromptBox } from '../src/components/PromptBox.js';
import { Scores } from '../src/components/Scores.js';
import { SimilarityMatrix } from '../src/components/SimilarityMatrix.js';
import { SlotPanel } from '../src/components/SlotPanel.js';
import { Stage } from '../src/components/Stage.js';
import { StageMessage } from '../src/components/StageMessage.js';
import type { Settings } from '../src/settings.js';

/** What the page says in every situation that a player can be in, drawn without a browser. What a gateway tells here is always the best. */

const now = 1_800_000_000_000;
const keys = ['0x01', '0x02', '0x03', '0x04', '0x05'];

const summary: SlotSummary = { slot: 7, epoch: 1, kind: 'certified', state: 'certified', prompt: 'what the gateway says', votes: 5, airsAt: now };
const proof: SlotProof = {
  epoch: 1, prompt: 'what was signed', script: null, recipeHash: '0xaa', modelPackHash: '0xbb', contentRoot: '0xcc', chainId: '0xdd', embeddingHash: '0xee', frameCount: 192,
  directorKeys: keys, signers: keys.slice(0, 3), directors: 5, trust: 'gateway', witnesses: 0,
};
const view: SlotView = { slot: 7, verdict: 'certified', reason: null, summary, proof, chunksVerified: 2, chunkCount: 8, captions: [] };
const snapshot: PlayerSnapshot = {
  mode: 'live', status: 'live', statusReason: null, transport: 'http', udpBlocked: false, verdict: 'certified', verdictReason: null, slot: view, upcoming: [], paused: false, starved: false,
  muted: false, volume: 1, soundBlocked: false, restarts: 0, unsupported: null, clipTime: 0, clipDuration: 8,
};
const directors = keys.map((key, i): DirectorVote => ({ key, name: `director-${i + 1}`, verdict: 'accept', committed: true, revealed: true, scores: { clipA: 0.3 + i / 100 } }));
const detail: SlotDetail = {
  ...summary, directors, proposer: keys[0]!, thresholds: { similarity: 0.95, clipA: 0.25 }, similarity: keys.map(() => keys.map(() => 1)), seed: '0xff',
  times: { requested: now - 9_000, started: now - 7_000, published: now - 5_000, certified: now - 4_000 },
};

const player = {} as Parameters<typeof StageMessage>[0]['player'];
const draw = <P extends object>(component: FunctionComponent<P>, props: P) => renderToStaticMarkup(createElement(component, props));
/** Only what can be read. */
const words = (html: string) => html.replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ').trim();

/** A moment at which the player has this verdict on the slot that is on the screen. */
function moment(verdict: Verdict, proven: SlotProof | null): PlayerSnapshot {
  const reason = verdict === 'broken' ? 'a hash does not fit' : null;
  return { ...snapshot, verdict, verdictReason: reason, slot: { ...view, verdict, reason, proof: proven } };
}

const unproven: readonly [string, PlayerSnapshot][] = [
  ['a slot that is being checked', moment('checking', null)],
  ['a slot of which the certificate holds and nothing else is there', moment('checking', proof)],
  ['filler', moment('filler', null)],
  ['a broken slot', moment('broken', null)],
  ['nothing on the screen', { ...snapshot, verdict: null, slot: null }],
];

describe('what is called certified', () => {
  it.each(unproven)('is not %s', (_, snapshot) => {
    for (const status of ['live', 'connecting', 'reconnecting', 'starting', 'offline', 'idle', 'closed'] as const) {
      for (const starved of [false, true]) {
        for (const mode of ['live', 'replay'] as const) {
          const at = { ...snapshot, status, starved, mode };
          const said = draw(Announcer, { snapshot: at }) + draw(StageMessage, { player, snapshot: at, now }) + draw(SlotPanel, { snapshot: at, detail });
          expect(said).not.toContain('data-verdict="certified"');
          expect(said).not.toContain('/certificate"');
          expect(words(draw(Announcer, { snapshot: at }))).not.toMatch(/certified/i);
        }
      }
    }
  });

  it.each(['checking', 'filler', 'broken'] as const)('has signers that the badge counts; %s has none', verdict => {
    expect(words(draw(Badge, { verdict: 'certified', signers: 3, directors: 5 }))).toBe('Certified 3 of 5 directors');
    expect(words(draw(Badge, { verdict, signers: 3, directors: 5 }))).toMatch(/^(Checking|Filler|Broken)$/);
  });

  it('is what the directors signed, however many votes the gateway tells of', () => {
    const panel = draw(SlotPanel, { snapshot, detail });
    expect(words(panel)).toContain('3 of 5 directors of epoch 1 signed');
    expect(words(panel)).toContain('2 of 8 chunks: Merkle proofs and hashes hold');
    expect([...panel.matchAll(/accepted(, verified)?/g)].map(([text]) => text)).toEqual(['accepted, verified', 'accepted, verified', 'accepted, verified', 'accepted', 'accepted']);
    expect(panel.match(/class="vote vote-accept proven"/g)).toHaveLength(3);
    const told = draw(SlotPanel, { snapshot: moment('checking', null), detail });
    expect(told).not.toMatch(/verified|proven|Checked in this browser/);
    expect(words(told)).toContain('The certificate is being checked.');
  });

  it('has an acceptance of everybody who signed, whatever the gateway says that they voted', () => {
    const panel = words(draw(SlotPanel, { snapshot, detail: { ...detail, directors: directors.map(director => ({ ...director, verdict: 'reject' as const })) } }));
    expect(panel.match(/(accepted|rejected)(, verified)?/g)).toEqual(['accepted, verified', 'accepted, verified', 'accepted, verified', 'rejected', 'rejected']);
  });

  it('has fingerprints, a certificate and a clip to keep', () => {
    const panel = draw(SlotPanel, { snapshot, detail });
    expect(panel).toContain('href="/api/slots/7/certificate"');
    expect(panel).toContain('href="/api/slots/7/recording"');
    expect(words(panel)).toContain('Content root 0xcc Recipe 0xaa Model pack 0xbb');
  });

  it.each([
    ['pinned', 'the directors are the ones this page was set up with', false],
    ['candidates', 'the directors are among those this page was set up with', false],
    ['witnessed', 'other gateways name the same directors (2)', false],
    ['gateway', 'that these are the epoch’s directors is this gateway’s word', true],
  ] as const)('rests on directors that are %s, and says so', (trust: TrustSource, text, told) => {
    const panel = draw(SlotPanel, { snapshot: moment('certified', { ...proof, trust, witnesses: trust === 'witnessed' ? 2 : 0 }), detail });
    expect(words(panel)).toContain(text);
    expect(panel.includes('class="told"')).toBe(told);
  });

  it('has a prompt that is said to be signed only where the recipe has come', () => {
    expect(words(draw(SlotPanel, { snapshot, detail }))).toContain('the prompt is the one that they signed');
    expect(words(draw(SlotPanel, { snapshot: moment('certified', { ...proof, prompt: null }), detail }))).not.toContain('the prompt is the one');
  });
});

describe('what is not certified', () => {
  it('says why it is broken, and nothing that would hold', () => {
    const panel = words(draw(SlotPanel, { snapshot: moment('broken', null), detail }));
    expect(panel).toMatch(/^Slot 7 Broken a hash does not fit/);
    expect(panel).not.toMatch(/Checked in this browser|verified|being checked|accepted|Similarity|Fits the prompt|Prompt to certificate/);
    expect(words(draw(Announcer, { snapshot: moment('broken', null) }))).toBe('Slot 7 is broken: a hash does not fit. It is not shown.');
  });

  it('says why there is filler', () => {
    const filler = moment('filler', null);
    const reason = { ...filler, slot: { ...filler.slot!, summary: { ...summary, reason: 'nobody voted.' } } };
    expect(words(draw(SlotPanel, { snapshot: reason, detail: null }))).toContain('No certificate: nobody voted.');
    expect(words(draw(SlotPanel, { snapshot: filler, detail: null }))).toContain('Nobody has certified this slot.');
    expect(words(draw(Announcer, { snapshot: filler }))).toBe('Slot 7, filler: what the gateway says.');
  });

  it('is announced with the state of the connection', () => {
    const gone = { ...snapshot, verdict: null, slot: null };
    expect(words(draw(Announcer, { snapshot: gone }))).toBe('Nothing is on air.');
    expect(words(draw(Announcer, { snapshot: { ...gone, status: 'reconnecting' } }))).toBe('Nothing is on air. reconnecting.');
    expect(words(draw(Announcer, { snapshot: { ...gone, status: 'offline' } }))).toBe('Nothing is on air. The network is gone.');
    expect(words(draw(Announcer, { snapshot }))).toBe('Slot 7, certified: what was signed.');
  });
});

describe('the stage', () => {
  const settings: Settings = { volume: 1, muted: false, captions: true, delay: 'balanced', transport: 'auto', ambient: true };
  const nothing = () => undefined;
  const stage = (at: PlayerSnapshot) => {
    const captions = [{ start: 0, end: 8, text: 'Fresh bread!' }];
    const html = draw(Stage, {
      player, snapshot: { ...at, slot: at.slot && { ...at.slot, captions } }, video: {} as HTMLVideoElement, settings, statistics: null, now, onSettings: nothing, onToggleStatistics: nothing,
      onToggleFullScreen: nothing, stage: createRef<HTMLDivElement>(),
    });
    return { captions: html.includes('Fresh bread!'), concealed: html.includes('class="ambient concealed"'), ribbon: words(/<p class="ribbon[^]*?<\/p>/.exec(html)?.[0] ?? '') };
  };

  it('shows picture and captions of what is certified', () => expect(stage(snapshot)).toEqual({ captions: true, concealed: false, ribbon: '' }));
  it('shows nothing of a broken slot', () => expect(stage(moment('broken', null))).toEqual({ captions: false, concealed: true, ribbon: '' }));
  it('does not leave the last picture where nothing is on the screen any more', () =>
    expect(stage({ ...snapshot, verdict: null, slot: null, starved: true })).toMatchObject({ captions: false, concealed: true }));
  it('labels filler', () => expect(stage(moment('filler', null))).toMatchObject({ concealed: false, ribbon: 'Filler · nothing certified in this slot' }));
});

describe('what lies over the picture', () => {
  const said = (change: Partial<PlayerSnapshot>) => words(draw(StageMessage, { player, snapshot: { ...snapshot, ...change }, now }));
  const broken = moment('broken', null);

  it('is nothing while a certified slot plays', () => expect(draw(StageMessage, { player, snapshot, now })).toBe(''));

  it.each([
    ['that a slot failed and why', { ...broken }, 'Slot 7 failed its checks It is not shown: a hash does not fit. The next slot follows.'],
    ['that a slot failed, also while the viewer pauses', { ...broken, paused: true }, /^Slot 7 failed its checks/],
    ['when the next slot airs', { ...broken, upcoming: [{ ...summary, airsAt: now + 5_000 }] }, /The next slot airs in 5 s\.$/],
    ['that a broken replay is left by going live', { ...broken, mode: 'replay' as const }, /Go back to live to see what is on air\.$/],
    ['that the network is gone, also over a broken slot', { ...broken, status: 'offline' as const }, /failed its checks.*The gateway cannot be reached/],
    ['that the browser cannot check', { unsupported: 'No Ed25519 here.' }, 'This browser cannot play the channel No Ed25519 here.'],
    ['that it checks', { ...moment('checking', null), starved: true }, /^Checking the proof/],
    ['that there is nothing', { verdict: null, slot: null, starved: true }, 'Nothing certified is on air The next slot follows.'],
    ['that it waits for what comes next', { starved: true }, 'Waiting for the next slot'],
    ['that it connects', { verdict: null, slot: null, starved: true, status: 'connecting' as const }, /^Connecting/],
    ['what a gateway that starts says', { starved: true, status: 'starting' as const, statusReason: 'Models are loaded.' }, 'The gateway is starting Models are loaded.'],
    ['that the connection is lost while what has come still plays', { status: 'reconnecting' as const }, 'Reconnecting'],
    ['how to have sound', { soundBlocked: true }, 'Turn sound on'],
  ] as const)('says %s', (_, change, text) => {
    if (typeof text === 'string') expect(said(change)).toBe(text);
    else expect(said(change)).toMatch(text);
  });

  it('is a button to play while the viewer pauses', () => {
    expect(draw(StageMessage, { player, snapshot: { ...snapshot, paused: true, starved: true }, now })).toMatch(/^<button class="big-play" aria-label="Play">/);
  });

  it('is the line of the captions that is being said, and none between two', () => {
    const captions = [{ start: 0, end: 2, text: 'One.' }, { start: 3, end: 4, text: 'Two.' }];
    const at = (time: number) => words(draw(Captions, { captions, time }));
    expect([at(0), at(1.99), at(2), at(2.5), at(3), at(4)]).toEqual(['One.', 'One.', '', '', 'Two.', '']);
  });
});

describe('the panel’s figures', () => {
  it('mark what is below its threshold', () => {
    const similarity = [[1, 0.96, 0.94], [0.96, 1, 0.95], [0.94, 0.95, 1]];
    const matrix = draw(SimilarityMatrix, { similarity, directors: directors.slice(0, 3), threshold: 0.95 });
    expect([...matrix.matchAll(/class="cell below"[^>]*>([^<]*)/g)].map(([, text]) => text)).toEqual(['.940', '.940']);
    expect(draw(SimilarityMatrix, { similarity, directors: directors.slice(0, 3), threshold: null })).not.toContain('below');
    const fits = draw(Scores, { directors, thresholds: { clipA: 0.3 } });
    expect(words(fits)).toContain('Tower A 0.300 ≥ 0.30');
    expect(fits).not.toContain('below');
    expect(draw(Scores, { directors, thresholds: { clipA: 0.301 } })).toContain('score-fill below');
  });
});

describe('the viewer’s prompts', () => {
  const wish = (state: Partial<RecipeState>) => {
    const prompts = [{ id: 'r-1', prompt: 'a cat', state: 'queued' as const, ...state }];
    return draw(PromptBox, { prompts, submit: () => Promise.resolve(true), sending: false, error: null, now, input: createRef<HTMLTextAreaElement>() });
  };
  const state = (change: Partial<RecipeState>) => /class="wish-state[^"]*">([^<]*)/.exec(wish(change))![1];

  it.each([
    [{ place: 3, estimatedAirsAt: now + 90_000 }, 'Number 3 in the queue, on air in 1:30'],
    [{ place: null }, 'In the queue'],
    [{ state: 'generating', slot: 9, airsAt: now + 30_000, estimatedAirsAt: now + 99_000 }, 'Slot 9, on air in 30 s'],
    [{ state: 'on-air', slot: 9 }, 'On air now'],
    [{ state: 'aired', slot: 9 }, 'Was on air in slot 9'],
    [{ state: 'failed', reason: 'Two voted.' }, 'Two voted.'],
    [{ state: 'failed' }, 'The directors did not certify it'],
  ] as const)('say where they are: %o', (change, text) => expect(state(change)).toBe(text));

  it.each([
    ['queued', 'now    '], ['scheduled', 'now    '], ['generating', 'done now   '], ['verifying', 'done done now  '], ['certified', 'done done done now '], ['on-air', 'done done done done now'], ['aired', 'done done done done done'],
  ] as const)('show how far they are: %s', (name, steps) => {
    expect([...wish({ state: name }).matchAll(/<li class="(done|now|)">/g)].map(([, step]) => step).join(' ')).toBe(steps);
  });

  it('show no way any more when they have failed', () => expect(wish({ state: 'failed' })).not.toContain('class="way"'));
});

describe('the programme', () => {
  const slots: SlotSummary[] = [9, 8, 7, 6].map(slot => ({ ...summary, slot, airsAt: now + (slot - 8) * 8_000 }));
  const aired = (change: Partial<Parameters<typeof Aired>[0]>) =>
    draw(Aired, { slots, findings: new Map(), current: 8, replaying: false, now, onReplay: () => undefined, more: null, ...change });
  const cards = (html: string) => [...html.matchAll(/<button class="card ([^"]*)"([^>]*)data-slot="(\d+)"/g)].map(([, classes, rest, slot]) => ({ slot: Number(slot), classes, disabled: rest!.includes('disabled') }));

  it('lists as aired only what has been on air', () => {
    expect(cards(aired({})).map(({ slot }) => slot)).toEqual([8, 7, 6]);
    expect(cards(aired({ current: 9 })).map(({ slot }) => slot)).toEqual([9, 8, 7, 6]);
  });

  it('lets the viewer play again what is not on the screen, and begin a replay anew', () => {
    expect(cards(aired({})).map(({ disabled }) => disabled)).toEqual([true, false, false]);
    expect(cards(aired({ replaying: true })).map(({ disabled }) => disabled)).toEqual([false, false, false]);
    expect(words(aired({ replaying: true }))).toContain('8 replaying');
    expect(words(aired({}))).toContain('8 on air');
  });

  it('calls certified what this browser has found to be so, and nothing else', () => {
    const feet = (html: string) => [...html.matchAll(/class="card card-(\w+)[^]*?class="card-foot">([^]*?)<\/span>/g)].map(([, kind, foot]) => `${kind}: ${words(foot!)}`);
    expect(feet(aired({ findings: new Map([[8, 'certified'], [7, 'broken']]) }))).toEqual(['certified: certified', 'broken: failed its checks', 'unchecked: 5 votes']);
    const filler = slots.map(slot => ({ ...slot, kind: 'filler' as const }));
    expect(feet(aired({ slots: filler, findings: new Map([[7, 'certified']]) }))).toEqual(['filler: filler', 'certified: certified', 'filler: filler']);
    expect(words(aired({ slots: slots.map(slot => ({ ...slot, votes: null })) }))).not.toMatch(/certified/);
    expect(words(draw(ComingUp, { slots, replaying: false, now }))).not.toMatch(/certified/);
  });

  it('offers earlier slots while there are any', () => {
    expect(aired({})).not.toContain('Earlier slots');
    expect(aired({ more: () => undefined })).toContain('Earlier slots');
  });

  it('says what comes, when, and whose wish it is', () => {
    const coming = (change: Partial<SlotSummary>, replaying = false) => words(draw(ComingUp, { slots: [{ ...summary, airsAt: now + 9_000, ...change }], replaying, now }));
    expect(coming({ state: 'generating' })).toBe('Coming up in 9 s what the gateway says being made');
    expect(coming({ state: 'failed', prompt: null, origin: 'viewer' })).toBe('Coming up in 9 s not decided yet a viewer’s wish no certificate');
    expect(words(draw(ComingUp, { slots: [], replaying: true, now }))).toMatch(/Back to live/);
  });
});
