import { bytesEqual, concatBytes, fromUtf8, type Bytes } from '../codec/bytes.js';
import { fail, ok, type Result } from '../codec/result.js';
import { sha256 } from './crypto.js';
import { DomainTag } from './domainTag.js';

const recipeBytesMax = 64 * 1024;

/** What a person asked for, as the directors signed it. */
export interface Recipe {
  readonly prompt: string;
  readonly script: string | null;
}

/** Proves that the bytes are the recipe of the statement, and reads what viewers see of it. */
export async function checkRecipe(bytes: Bytes, recipeHash: Bytes): Promise<Result<Recipe>> {
  if (bytes.length > recipeBytesMax) return fail('the recipe is too long');
  if (!bytesEqual(await sha256(concatBytes([DomainTag.recipe, bytes])), recipeHash)) return fail('the recipe is not the one that was certified');
  try {
    const value = JSON.parse(fromUtf8(bytes) ?? '') as Record<string, unknown>;
    const prompt = value['prompt'];
    const script = value['script'];
    if (typeof prompt !== 'string') return fail('the recipe has no prompt');
    return ok({ prompt, script: typeof script === 'string' && script !== '' ? script : null });
  } catch {
    return fail('the recipe is not JSON');
  }
}
