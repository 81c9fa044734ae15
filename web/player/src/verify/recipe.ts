import { bytesEqual, concatBytes, type Bytes } from '../codec/bytes.js';
import { fail, ok, type Result } from '../codec/result.js';
import { ScaleReader } from '../codec/scaleReader.js';
import { sha256 } from './crypto.js';
import { DomainTag } from './domainTag.js';

const recipeBytesMax = 64 * 1024;
const textBytesMax = 2_000 * 4;
const identifierBytesMax = 64;
const conceptBytesMax = 100 * 4;
const listMax = 16;
const formVersion = '1.0';
const emotions = ['neutral', 'excited', 'sad', 'angry', 'manic'] as const;

/** What a person asked for, as the directors signed it. */
export interface Recipe {
  readonly id: string;
  readonly prompt: string;
  readonly script: string | null;
  readonly voice: string;
  readonly emotion: (typeof emotions)[number];
  readonly durationSeconds: number;
  readonly framesPerSecond: number;
}

/** Reads the canonical form (docs/formats.md): SCALE, the author last. `bodyLength` is how much of it is hashed: all but the author. */
export function parseRecipe(bytes: Bytes): Result<{ recipe: Recipe; bodyLength: number }> {
  if (bytes.length > recipeBytesMax) return fail('it is too long');
  const reader = new ScaleReader(bytes);
  const id = reader.text(identifierBytesMax, 'recipe id');
  if (reader.text(identifierBytesMax, 'version') !== formVersion) reader.reject('it has another version');
  if (reader.bool('slot option')) reader.u64('slot');
  const durationSeconds = reader.u32('duration');
  reader.u16('width');
  reader.u16('height');
  const framesPerSecond = reader.u32('frames per second');
  const script = reader.text(textBytesMax, 'script');
  const voice = reader.text(identifierBytesMax, 'voice');
  reader.u16('speed');
  const emotion = emotions[reader.u8('emotion')];
  if (emotion === undefined) reader.reject('the emotion is unknown');
  const prompt = reader.text(textBytesMax, 'prompt');
  reader.text(textBytesMax, 'negative prompt');
  reader.text(identifierBytesMax, 'motion preset');
  skipTexts(reader, identifierBytesMax, 'expression');
  reader.text(identifierBytesMax, 'camera motion');
  reader.u32('least score');
  skipTexts(reader, conceptBytesMax, 'banned concept');
  skipTexts(reader, conceptBytesMax, 'required concept');
  const bodyLength = reader.position;
  if (reader.bool('author option')) {
    reader.fixed(32, 'author');
    reader.u64('time of the signature');
    reader.fixed(64, 'signature of the author');
  }
  reader.end();
  if (reader.error !== null) return fail(reader.error);
  const recipe = { id, prompt, script: script === '' ? null : script, voice, emotion: emotion!, durationSeconds, framesPerSecond };
  return ok({ recipe, bodyLength });
}

/** Proves that the bytes are the recipe of the statement. */
export async function checkRecipe(bytes: Bytes, recipeHash: Bytes): Promise<Result<Recipe>> {
  const parsed = parseRecipe(bytes);
  if (!parsed.ok) return fail(`the recipe is malformed: ${parsed.reason}`);
  const { recipe, bodyLength } = parsed.value;
  const hash = await sha256(concatBytes([DomainTag.recipe, bytes.subarray(0, bodyLength)]));
  return bytesEqual(hash, recipeHash) ? ok(recipe) : fail('the recipe is not the one that was certified');
}

function skipTexts(reader: ScaleReader, bytesMax: number, name: string): void {
  const count = reader.compact(listMax, `number of ${name}s`);
  for (let i = 0; i < count; i++) reader.text(bytesMax, name);
}
