// Holds the golden vectors of Protocol against the libraries that Substrate's own tools use. Exit code 0: all agree.
import { readFileSync } from 'node:fs';
import { TypeRegistry } from '@polkadot/types';
import { compactFromU8a, compactToU8a, hexToU8a, u8aToHex } from '@polkadot/util';
import {
  blake2AsHex, cryptoWaitReady, decodeAddress, ed25519PairFromSeed, ed25519Sign, ed25519Verify, encodeAddress, sha256AsU8a, xxhashAsHex,
} from '@polkadot/util-crypto';

const folder = process.argv[2];
const vectors = name => JSON.parse(readFileSync(`${folder}/${name}.json`, 'utf8'));
const bytes = hex => hexToU8a(`0x${hex}`);
const registry = new TypeRegistry();
let checks = 0;

function same(what, actual, expected) {
  checks++;
  const a = typeof actual === 'string' ? actual.replace(/^0x/, '') : actual;
  if (a !== expected) {
    console.error(`${what}: the library gives ${a}, the vectors have ${expected}`);
    process.exitCode = 1;
  }
}

await cryptoWaitReady();

const scale = vectors('scale');
for (const { value, hex } of scale.compact) {
  same(`compact ${value}`, u8aToHex(compactToU8a(BigInt(value))), hex);
  same(`compact ${hex}`, compactFromU8a(bytes(hex))[1].toString(), value);
}
for (const type of ['u16', 'u32', 'u64', 'u128', 'i8', 'i16', 'i32', 'i64', 'i128']) {
  for (const { value, hex } of scale[type]) same(`${type} ${value}`, registry.createType(type, value).toHex(true), hex);
}
for (const { value, hex } of scale.strings) same(`string ${value}`, u8aToHex(registry.createType('Text', value).toU8a()), hex);
for (const { value, hex } of scale.optionU32) same(`option ${value}`, u8aToHex(registry.createType('Option<u32>', value).toU8a()), hex);
for (const { value, hex } of scale.vecU16) same(`vector ${value}`, u8aToHex(registry.createType('Vec<u16>', value).toU8a()), hex);
for (const { value, hex } of scale.bytes) same('bytes', u8aToHex(registry.createType('Bytes', `0x${value}`).toU8a()), hex);

const hashes = vectors('hashes');
for (const { input, ...digests } of hashes.cases) {
  const data = bytes(input);
  same('sha256', u8aToHex(sha256AsU8a(data)), digests.sha256);
  for (const bits of [128, 256, 512]) same(`blake2b${bits}`, blake2AsHex(data, bits), digests[`blake2b${bits}`]);
  for (const bits of [64, 128, 256]) same(`twox${bits}`, xxhashAsHex(data, bits), digests[`twox${bits}`]);
}
for (const { name, twox128 } of hashes.storageNames) same(`twox128 ${name}`, xxhashAsHex(name, 128), twox128);

for (const { seed, publicKey, message, signature, ss58 } of vectors('keys').cases) {
  const pair = ed25519PairFromSeed(bytes(seed));
  same('public key', u8aToHex(pair.publicKey), publicKey);
  same('signature', u8aToHex(ed25519Sign(bytes(message), pair)), signature);
  same('verification', ed25519Verify(bytes(message), bytes(signature), bytes(publicKey)), true);
  for (const { prefix, address } of ss58) {
    same(`address ${prefix}`, encodeAddress(bytes(publicKey), prefix), address);
    same(`address ${address}`, u8aToHex(decodeAddress(address)), publicKey);
  }
}

// The structures of docs/formats.md are plain SCALE: a decoder that was told their fields reads them and writes the same bytes.
registry.register({
  NsnChunk: {
    version: 'u16', slot: 'u64', contentRoot: 'H256', leafCount: 'u32', leafIndex: 'u32', kind: 'u8', segmentIndex: 'u32', chunkIndex: 'u32',
    chunkCount: 'u32', startMilliseconds: 'u32', durationMilliseconds: 'u32', payloadLength: 'u32', payloadHash: 'H256', proof: 'Vec<H256>', payload: 'Bytes',
  },
  NsnStatement: {
    chainId: 'H256', epoch: 'u64', slot: 'u64', recipeHash: 'H256', modelPackHash: 'H256', contentRoot: 'H256', embeddingHash: 'H256', verdict: 'u8',
  },
  NsnVote: { director: '[u8; 32]', statement: 'NsnStatement', signature: '[u8; 64]' },
  NsnRecipe: {
    recipeId: 'Text', version: 'Text', slotNumber: 'Option<u64>', duration: 'u32', width: 'u16', height: 'u16', fps: 'u32', script: 'Text', voiceId: 'Text',
    speed: 'u16', emotion: 'u8', prompt: 'Text', negativePrompt: 'Text', motionPreset: 'Text', expressionSequence: 'Vec<Text>', cameraMotion: 'Text',
    minClipScore: 'u32', banned: 'Vec<Text>', required: 'Vec<Text>', author: 'Option<NsnAuthor>',
  },
  NsnAuthor: { account: '[u8; 32]', timestamp: 'u64', signature: '[u8; 64]' },
});

const chunks = vectors('chunks');
for (const chunk of chunks.chunks) {
  const read = registry.createType('NsnChunk', bytes(chunk.encoded));
  same('chunk', u8aToHex(read.toU8a()), chunk.encoded);
  for (const field of ['leafIndex', 'leafCount', 'kind', 'segmentIndex', 'chunkIndex', 'chunkCount', 'payloadLength']) {
    same(`chunk ${field}`, read[field].toNumber(), chunk[field]);
  }
  same('chunk content root', read.contentRoot.toHex(), chunks.contentRoot);
  same('chunk payload hash', u8aToHex(sha256AsU8a(read.payload)), read.payloadHash.toHex().slice(2));
}

const certificate = vectors('certificate');
const statement = registry.createType('NsnStatement', bytes(certificate.signedBytes).subarray(16));
same('statement slot', statement.slot.toString(), certificate.slot);
same('statement', u8aToHex(statement.toU8a()), certificate.signedBytes.slice(32));
for (const { encoded, places, verdict } of certificate.good) {
  const all = bytes(encoded);
  const signed = new Uint8Array([...bytes(certificate.signedBytes).subarray(0, 16), ...all.subarray(1, 178)]);
  same('verdict', all[177], verdict);
  places.forEach((place, i) => {
    const signature = all.subarray(179 + 64 * i, 243 + 64 * i);
    same(`signature of director ${place}`, ed25519Verify(signed, signature, bytes(certificate.directors[place])), true);
  });
}
for (const vote of vectors('consensus').votes) {
  same('vote', u8aToHex(registry.createType('NsnVote', bytes(vote).subarray(1)).toU8a()), vote.slice(2));
}

for (const { canonical, json } of vectors('recipe').cases) {
  const read = registry.createType('NsnRecipe', bytes(canonical));
  same('recipe', u8aToHex(read.toU8a()), canonical);
  same('recipe prompt', read.prompt.toString(), json.visual_track.prompt);
  same('recipe duration', read.duration.toNumber(), json.slot_params.duration_sec);
}

// Storage keys and signed extrinsics, as a wallet makes them.
const ledger = vectors('ledger');
const hashers = { blake2_128_concat: key => blake2AsHex(key, 128), twox64_concat: key => xxhashAsHex(key, 64) };
for (const { pallet, item, hasher, key, hex } of ledger.storageKeys) {
  const parts = [xxhashAsHex(pallet, 128), xxhashAsHex(item, 128), hashers[hasher](bytes(key))];
  same(`storage key ${pallet}.${item}`, parts.map(part => part.slice(2)).join('') + key, hex);
}
registry.setSignedExtensions(['CheckSpecVersion', 'CheckTxVersion', 'CheckGenesis', 'CheckMortality', 'CheckNonce', 'ChargeTransactionPayment']);
for (const { call, era, nonce, tip, specVersion, transactionVersion, birthHash, signature, hash, encoded } of ledger.extrinsics) {
  const payload = registry.createType('ExtrinsicPayload', {
    method: `0x${call}`, era: `0x${era}`, nonce, tip, specVersion, transactionVersion, genesisHash: `0x${ledger.genesisHash}`, blockHash: `0x${birthHash}`,
  }, { version: 4 });
  const whole = payload.toU8a({ method: true });
  const signed = whole.length > 256 ? hexToU8a(blake2AsHex(whole, 256)) : whole;
  same('extrinsic signature', ed25519Verify(signed, bytes(signature), bytes(ledger.publicKey)), true);
  const body = `8400${ledger.publicKey}00${signature}${era}${u8aToHex(compactToU8a(nonce)).slice(2)}${u8aToHex(compactToU8a(BigInt(tip))).slice(2)}${call}`;
  same('extrinsic', u8aToHex(compactToU8a(body.length / 2)) + body, encoded);
  same('extrinsic hash', blake2AsHex(bytes(encoded), 256), hash);
}

console.log(`${checks} checks`);
