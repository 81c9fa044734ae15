import { fromUtf8 } from '../codec/bytes.js';
import type { Caption } from '../gateway/model.js';

const cuesMax = 500;
const cueTextMax = 500;

/** Reads WebVTT cues (times and plain text; settings, styles and tags are dropped). Malformed cues are skipped. */
export function parseWebVtt(bytes: Uint8Array): Caption[] {
  const text = fromUtf8(bytes);
  if (text === null || !text.startsWith('WEBVTT')) return [];
  const cues: Caption[] = [];
  for (const block of text.replaceAll('\r\n', '\n').split(/\n{2,}/)) {
    const lines = block.split('\n');
    const timing = lines.findIndex(line => line.includes('-->'));
    if (timing < 0 || cues.length >= cuesMax) continue;
    const [from, to] = lines[timing]!.split('-->');
    const start = parseTime(from);
    const end = parseTime(to?.trim().split(/\s/)[0]);
    const words = lines.slice(timing + 1).join('\n').replace(/<[^>]*>/g, '').trim().slice(0, cueTextMax);
    if (start !== null && end !== null && end > start && words !== '') cues.push({ start, end, text: words });
  }
  return cues;
}

/**
 * Captions for a script without times: sentences share the clip in proportion to their length. An estimate, good enough to read along.
 * @param duration seconds of the clip
 */
export function captionsFromScript(script: string, duration: number): Caption[] {
  const sentences = script.match(/[^.!?…]+[.!?…]*["')\]]*\s*/g)?.map(part => part.trim()).filter(part => part !== '') ?? [];
  const total = sentences.reduce((sum, sentence) => sum + sentence.length, 0);
  if (total === 0 || !(duration > 0)) return [];
  let start = 0;
  return sentences.slice(0, cuesMax).map(sentence => {
    const end = start + (duration * sentence.length) / total;
    const cue = { start, end, text: sentence };
    start = end;
    return cue;
  });
}

function parseTime(text: string | undefined): number | null {
  const match = /^\s*(?:(\d{1,4}):)?(\d{2}):(\d{2})\.(\d{3})\s*$/.exec(text ?? '');
  if (match === null) return null;
  return Number(match[1] ?? 0) * 3600 + Number(match[2]) * 60 + Number(match[3]) + Number(match[4]) / 1000;
}
