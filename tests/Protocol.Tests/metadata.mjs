// A client that knows nothing of this ledger but its metadata: decodes all of a state, all extrinsics of a chain, and signs an extrinsic of its own.
// Reads a JSON file, prints the new extrinsic. Exit code 0: everything decodes, and encodes again to the same bytes.
import { readFileSync } from 'node:fs';
import { Metadata, TypeRegistry, expandMetadata, unwrapStorageType } from '@polkadot/types';
import { hexToU8a, u8aConcat, u8aToHex } from '@polkadot/util';
import { cryptoWaitReady, ed25519PairFromSeed, ed25519Sign, encodeAddress, xxhashAsHex } from '@polkadot/util-crypto';

await cryptoWaitReady();
const input = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const registry = new TypeRegistry();
const metadata = new Metadata(registry, input.metadata);
registry.setMetadata(metadata);
const decorated = expandMetadata(registry, metadata);

function fail(message) {
  console.error(message);
  process.exitCode = 1;
}

function same(what, actual, expected) {
  if (actual !== expected) fail(`${what}: ${actual} instead of ${expected}`);
}

// Every key of the state belongs to an item that metadata names; key and value are what metadata says.
const items = new Map();
for (const section of Object.values(decorated.query))
  for (const item of Object.values(section))
    if (item.section !== 'substrate') items.set(xxhashAsHex(item.prefix, 128) + xxhashAsHex(item.meta.name.toString(), 128).slice(2), item);
const seen = new Set();
for (const [key, value] of input.state) {
  const item = items.get(key.slice(0, 66));
  if (!item) {
    fail(`no storage item has the prefix ${key.slice(0, 66)}`);
    continue;
  }
  const name = `${item.section}.${item.method}`;
  seen.add(name);
  try {
    const decodedKey = registry.createType('StorageKey', key, { section: item.section, method: item.method });
    decodedKey.setMeta(item.meta, item.section, item.method);
    if (item.meta.type.isMap) {
      const args = decodedKey.args;
      const again = u8aToHex(registry.createType('StorageKey', [item, args]).toU8a(true));
      same(`key of ${name}`, again, key);
    }
    const type = unwrapStorageType(registry, item.meta.type);
    same(`value of ${name}`, u8aToHex(registry.createTypeUnsafe(type, [hexToU8a(value)]).toU8a()), value);
  } catch (error) {
    fail(`${name} ${key} ${value.slice(0, 200)}: ${error.message}`);
  }
}
for (const name of input.expectedItems) if (!seen.has(name)) fail(`${name} is not in the state`);

// The calls of the chain, by name.
const calls = input.extrinsics.map(hex => {
  const extrinsic = registry.createType('Extrinsic', hexToU8a(hex));
  same('an extrinsic', u8aToHex(extrinsic.toU8a()), hex);
  return `${extrinsic.method.section}.${extrinsic.method.method}`;
});
for (const name of input.expectedCalls) if (!calls.includes(name)) fail(`no extrinsic is ${name}: ${calls.join(' ')}`);
const events = registry.createTypeUnsafe(unwrapStorageType(registry, decorated.query.system.events.meta.type), [hexToU8a(input.events)]);
const eventNames = events.map(record => `${record.event.section}.${record.event.method}`);
for (const name of input.expectedEvents) if (!eventNames.includes(name)) fail(`no event is ${name}: ${eventNames.join(' ')}`);

// Constants and errors.
same('SS58 prefix', decorated.consts.system.ss58Prefix.toNumber(), 42);
same('blocks per slot', decorated.consts.nsnDirector.blocksPerSlot.toNumber(), input.blocksPerSlot);
same('existential deposit', decorated.consts.balances.existentialDeposit.toString(), input.existentialDeposit);
same('error 12 of the director pallet', registry.findMetaError({ index: registry.createType('u8', 52), error: registry.createType('u8', 12) }).name, 'InvalidSignature');
same('signed extensions', registry.signedExtensions.join(' '), input.signedExtensions);

// An extrinsic of our own, signed with what metadata says is signed.
const pair = ed25519PairFromSeed(hexToU8a(input.seed));
const account = {
  address: encodeAddress(pair.publicKey),
  addressRaw: pair.publicKey,
  publicKey: pair.publicKey,
  sign: (message, options) => {
    const signature = ed25519Sign(message, pair);
    return options?.withType ? u8aConcat(new Uint8Array([0]), signature) : signature;
  },
};
const call = decorated.tx.balances.transferKeepAlive({ Id: hexToU8a(input.destination) }, input.amount);
const extrinsic = registry.createType('Extrinsic', call, { version: 4 });
const era = registry.createType('ExtrinsicEra', { current: input.number, period: 64 });
extrinsic.sign(account, {
  blockHash: input.blockHash,
  era,
  genesisHash: input.genesisHash,
  nonce: input.nonce,
  tip: input.tip,
  runtimeVersion: { specVersion: registry.createType('u32', input.specVersion), transactionVersion: registry.createType('u32', input.transactionVersion) },
});
console.log(u8aToHex(extrinsic.toU8a()));
