import { concatBytes, fromHex, toHex, type Bytes } from '../codec/bytes.js';
import { fail, ok, type Result } from '../codec/result.js';
import { ScaleReader } from '../codec/scaleReader.js';
import { verifyEd25519 } from './crypto.js';
import { DomainTag } from './domainTag.js';
import type { DirectorSet, TrustSource } from './trust.js';

/** Form of a certificate (docs/formats.md): version ‖ statement ‖ signers ‖ one signature per signer. */
const version = 1;
const statementBytes = 177;
const directorsPerEpoch = 5;
const votesMin = 3;

export const verdictAccept = 0;
const verdictNames = ['accept', 'content', 'scores', 'integrity', 'regeneration', 'similarity'];

/** What the directors agree on. */
export interface Statement {
  readonly chainId: Bytes;
  readonly epoch: number;
  readonly slot: number;
  readonly recipeHash: Bytes;
  readonly modelPackHash: Bytes;
  readonly contentRoot: Bytes;
  readonly embeddingHash: Bytes;
  /** 0 accepts; the others reject and say why. */
  readonly verdict: number;
}

export interface Certificate {
  readonly statement: Statement;
  /** The bytes that each director signed. */
  readonly message: Bytes;
  /** Place of the director in the epoch's list, and its signature. */
  readonly signatures: readonly { readonly place: number; readonly signature: Bytes }[];
}

/** What the check of a certificate found. */
export interface CertificateCheck {
  /** Keys (hex) of those whose signatures hold. */
  readonly signers: readonly string[];
  /** Directors of the epoch. */
  readonly directors: number;
  /** Their keys (hex), in the order of the ledger. */
  readonly keys: readonly string[];
  readonly trust: TrustSource;
  readonly witnesses: number;
}

/** Reads a certificate; checks its form, not its signatures. */
export function parseCertificate(bytes: Bytes): Result<Certificate> {
  const reader = new ScaleReader(bytes);
  if (reader.u8('version') !== version) reader.reject('it has another version');
  const statement: Statement = {
    chainId: reader.fixed(32, 'chain id'),
    epoch: reader.u64('epoch'),
    slot: reader.u64('slot'),
    recipeHash: reader.fixed(32, 'recipe hash'),
    modelPackHash: reader.fixed(32, 'model pack hash'),
    contentRoot: reader.fixed(32, 'content root'),
    embeddingHash: reader.fixed(32, 'embedding hash'),
    verdict: reader.u8('verdict'),
  };
  const signers = reader.u8('signers');
  const signatures: { place: number; signature: Bytes }[] = [];
  for (let place = 0; place < 8; place++) {
    if ((signers >> place) % 2 === 1) signatures.push({ place, signature: reader.fixed(64, 'signature') });
  }
  reader.end();
  if (reader.error !== null) return fail(reader.error);
  if (statement.verdict >= verdictNames.length) return fail('the verdict is unknown');
  if (signers >= 1 << directorsPerEpoch) return fail('it names a director outside the five');
  if (signatures.length < votesMin) return fail(`it has ${signatures.length} votes, ${votesMin} are needed`);
  const message = concatBytes([DomainTag.vote, bytes.subarray(1, 1 + statementBytes)]);
  return ok({ statement, message, signatures });
}

/** Checks verdict, number of votes and every signature against the epoch's directors. */
export async function checkCertificate(certificate: Certificate, directors: DirectorSet, threshold: number): Promise<Result<CertificateCheck>> {
  const { statement, message, signatures } = certificate;
  if (statement.verdict !== verdictAccept) return fail(`the directors rejected it (${verdictNames[statement.verdict]})`);
  if (directors.epoch !== statement.epoch) return fail(`the directors are those of epoch ${directors.epoch}, not ${statement.epoch}`);
  if (signatures.length < threshold) return fail(`${signatures.length} directors signed, ${threshold} are needed`);
  const signers = await Promise.all(
    signatures.map(async ({ place, signature }) => {
      const hex = directors.keys[place];
      const key = hex === undefined ? null : fromHex(hex, 32);
      return key !== null && (await verifyEd25519(hex!, key, signature, message)) ? toHex(key) : null;
    }),
  );
  const wrong = signers.findIndex(signer => signer === null);
  if (wrong >= 0) return fail(`the signature of director ${signatures[wrong]!.place + 1} of epoch ${statement.epoch} is not valid`);
  return ok({
    signers: signers as string[],
    directors: directors.keys.length,
    keys: directors.keys,
    trust: directors.source,
    witnesses: directors.witnesses,
  });
}
