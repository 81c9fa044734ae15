namespace Nsn.Protocol.Chunks;

/// <summary>Why a chunk is refused. The order is the order of the checks.</summary>
public enum ChunkError
{
    /// <summary>Nothing is wrong.</summary>
    None,

    /// <summary>The bytes end too early, go on too long, or a length in them is not canonical.</summary>
    Malformed,

    /// <summary>The header has another version.</summary>
    UnknownVersion,

    /// <summary>The kind is not one of <see cref="ChunkKind"/>.</summary>
    UnknownKind,

    /// <summary>An index, a count, a time or a length is outside <see cref="ChunkLimits"/>, or an index is not below its count.</summary>
    OutOfBounds,

    /// <summary>The payload has another length than the header says.</summary>
    WrongPayloadLength,

    /// <summary>The proof has another number of siblings than the leaf's place in the tree demands.</summary>
    WrongProofLength,

    /// <summary>The chunk is of another slot.</summary>
    WrongSlot,

    /// <summary>The chunk is of other content than the certificate names.</summary>
    WrongContent,

    /// <summary>The proof does not lead to the content root.</summary>
    WrongProof,

    /// <summary>The payload's hash is not the one in the header.</summary>
    WrongPayload,

    /// <summary>The chunk contradicts another chunk of the same content about the layout of the segments.</summary>
    InconsistentLayout,

    /// <summary>The chunk was already there.</summary>
    Duplicate,

    /// <summary>The content is larger than the receiver takes.</summary>
    TooLarge,
}
