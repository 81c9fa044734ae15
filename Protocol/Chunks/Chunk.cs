using Nsn.Protocol.Cryptography;
using Nsn.Protocol.Merkle;
using Nsn.Protocol.Scale;

namespace Nsn.Protocol.Chunks;

/// <summary>
/// A piece of a clip that can be checked by itself: header, Merkle proof, payload. It carries no signature; the certificate signs the
/// content root, and the proof leads there.
/// </summary>
public sealed class Chunk
{
    private readonly Hash256[] _proof;

    internal Chunk(ChunkHeader header, Hash256[] proof, ReadOnlyMemory<byte> payload)
    {
        Header = header;
        _proof = proof;
        Payload = payload;
    }

    /// <summary>Where the chunk belongs and what its payload must be.</summary>
    public ChunkHeader Header { get; }

    /// <summary>The siblings on the way from the leaf to the top of the tree, lowest first.</summary>
    public ReadOnlySpan<Hash256> Proof => _proof;

    /// <summary>The bytes of the segment that this chunk carries.</summary>
    public ReadOnlyMemory<byte> Payload { get; }

    /// <summary>The length of <see cref="Encode()"/>, in bytes.</summary>
    public int EncodedLength => ChunkHeader.Size + 1 + _proof.Length * Hash256.Size + CompactLength(Payload.Length) + Payload.Length;

    /// <summary>The SCALE form: header ‖ vector of siblings ‖ vector of payload bytes.</summary>
    public byte[] Encode()
    {
        ScaleWriter writer = new(EncodedLength);
        Encode(writer);
        return writer.ToArray();
    }

    /// <summary>Writes the SCALE form.</summary>
    public void Encode(ScaleWriter writer)
    {
        Span<byte> header = stackalloc byte[ChunkHeader.Size];
        Header.Write(header);
        writer.WriteFixed(header);
        writer.WriteVector<Hash256>(_proof, Hash256.Write);
        writer.WriteBytes(Payload.Span);
    }

    /// <summary>
    /// Reads a chunk and checks its form: bounds, the length of the proof, the length of the payload. It hashes nothing; <see cref="Verify"/> does.
    /// </summary>
    /// <param name="encoded">The bytes; the payload stays a part of them, not a copy.</param>
    /// <param name="chunk">The chunk, if the result is true.</param>
    /// <param name="error">What is wrong otherwise.</param>
    public static bool TryDecode(ReadOnlyMemory<byte> encoded, out Chunk? chunk, out ChunkError error)
    {
        chunk = null;
        error = ChunkError.Malformed;
        if (encoded.Length > ChunkLimits.EncodedBytesMax)
            return false;
        ScaleReader reader = new(encoded.Span);
        if (!ChunkHeader.TryRead(ref reader, out ChunkHeader header, out error))
            return false;
        error = ChunkError.Malformed;
        if (!reader.TryReadVector(Hash256.Size, ChunkLimits.ProofLengthMax, Hash256.TryRead, out Hash256[]? proof)
            || !reader.TryReadCount(1, ChunkLimits.PayloadBytesMax, out int length))
        {
            return false;
        }

        int start = reader.Offset;
        if (!reader.TryReadFixed(length, out _) || !reader.TryReadEnd())
            return false;
        error = (uint)length != header.PayloadLength ? ChunkError.WrongPayloadLength
            : proof.Length != MerkleProof.Length(header.LeafIndex, header.LeafCount) ? ChunkError.WrongProofLength
            : ChunkError.None;
        if (error != ChunkError.None)
            return false;
        chunk = new Chunk(header, proof, encoded.Slice(start, length));
        return true;
    }

    /// <summary>
    /// Checks that the chunk belongs to the certified content of a slot: slot, content root and proof first, because they cost little; then the hash of the payload.
    /// </summary>
    /// <param name="slot">The slot that the certificate is for.</param>
    /// <param name="contentRoot">The content root that the certificate names.</param>
    public ChunkError Verify(ulong slot, in Hash256 contentRoot)
        => Header.Slot != slot ? ChunkError.WrongSlot
            : Header.ContentRoot != contentRoot ? ChunkError.WrongContent
            : !MerkleProof.Verify(contentRoot, Header.LeafHash(), Header.LeafIndex, Header.LeafCount, _proof) ? ChunkError.WrongProof
            : Sha2.Hash256(Payload.Span) != Header.PayloadHash ? ChunkError.WrongPayload
            : ChunkError.None;

    private static int CompactLength(int value) => value < 1 << 6 ? 1 : value < 1 << 14 ? 2 : 4;
}
