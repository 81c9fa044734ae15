export { Player, type Delay, type PlayerOptions } from './player.js';
export type { PlayerSnapshot, PlayerStatistics, SlotProof, SlotView } from './snapshot.js';
export { GatewayClient } from './gateway/gatewayClient.js';
export { GatewayError } from './gateway/problem.js';
export type * from './gateway/model.js';
export type { ConnectionStatus, TransportChoice } from './transport/connection.js';
export type { TransportKind } from './transport/transport.js';
export type { TrustOptions, TrustSource } from './verify/trust.js';
export type { CheckCounters, Verdict } from './verify/slotVerifier.js';

// The pieces, for tools and tests that check without playing.
export { fromHex, toHex } from './codec/bytes.js';
export { encodeFrame, encodeJsonFrame, FrameReader, FrameType, frameLengthMax, type Frame } from './codec/frames.js';
export { ScaleReader } from './codec/scaleReader.js';
export { parseCertificate, checkCertificate, type Certificate, type Statement } from './verify/certificate.js';
export { parseChunk, checkChunk, type Chunk, type ChunkHeader } from './verify/chunk.js';
export { hashLeaf, hashNode, hashRoot, proofLength, verifyProof } from './verify/merkle.js';
export { checkAgreement, drawFrames, type Agreement, type Opening, type Round } from './verify/agreement.js';
export { checkRecipe, type Recipe } from './verify/recipe.js';
export { SlotVerifier, newCounters, type SlotVerifierContext } from './verify/slotVerifier.js';
export { DirectorTrust, type DirectorSet } from './verify/trust.js';
