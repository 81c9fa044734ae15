import { utf8 } from '../codec/bytes.js';

/** What every signed or hashed byte string of the protocol begins with: 16 ASCII characters (docs/formats.md). */
export const DomainTag = {
  vote: utf8('NSN-SLOT-VOTE-V1'),
  recipe: utf8('NSN-RECIPE-V1.00'),
  commitment: utf8('NSN-COMMITMENT-1'),
  commitMessage: utf8('NSN-COMMIT-MSG-1'),
  embedding: utf8('NSN-EMBEDDING-V1'),
  frameSample: utf8('NSN-FRAME-DRAW-1'),
} as const;
