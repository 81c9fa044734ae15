namespace Nsn.Protocol.Ledger.Extrinsics;

/// <summary>Why an extrinsic may not be in a block at all. It costs nobody anything.</summary>
public enum TransactionError
{
    /// <summary>It may.</summary>
    None,

    /// <summary>The bytes are no extrinsic of version 4.</summary>
    Malformed,

    /// <summary>Longer than a block has room for.</summary>
    TooLong,

    /// <summary>No such pallet or call, or its arguments do not decode.</summary>
    UnknownCall,

    /// <summary>Signed with a scheme other than Ed25519.</summary>
    UnsupportedSignature,

    /// <summary>The signature does not cover this call, nonce, tip, era, version and chain.</summary>
    BadSignature,

    /// <summary>The nonce was used before.</summary>
    StaleNonce,

    /// <summary>The nonce is ahead of the account's.</summary>
    FutureNonce,

    /// <summary>The era is over, or its birth block is not known here.</summary>
    BadMortality,

    /// <summary>The account cannot pay the fee and keep the existential deposit.</summary>
    CannotPay,

    /// <summary>The block has no room left for its weight or length.</summary>
    BlockFull,

    /// <summary>An inherent where there should be none, a missing one, or one with other content than the block's.</summary>
    BadInherent,
}
