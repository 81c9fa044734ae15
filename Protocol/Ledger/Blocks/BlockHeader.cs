using Nsn.Protocol.Cryptography;
using Nsn.Protocol.Ledger.Codecs;

namespace Nsn.Protocol.Ledger.Blocks;

/// <summary>A link of the chain. Bytes as in Substrate: parent ‖ compact number ‖ state root ‖ extrinsics root ‖ an empty digest.</summary>
/// <param name="ParentHash">Hash of the header before; zero for block 0.</param>
/// <param name="Number">How many blocks came before.</param>
/// <param name="StateRoot">Commits to the whole state after this block.</param>
/// <param name="ExtrinsicsRoot">Commits to the block's extrinsics.</param>
public sealed record BlockHeader(Hash256 ParentHash, uint Number, Hash256 StateRoot, Hash256 ExtrinsicsRoot)
{
    private Hash256? _hash;

    /// <summary>The bytes of a header.</summary>
    public static Codec<BlockHeader> Codec { get; } = Codecs.Codec.Record<BlockHeader>("Header")
        .With("parent_hash", Codecs.Codec.Hash, static h => h.ParentHash)
        .With("number", Codecs.Codec.CompactU32, static h => h.Number)
        .With("state_root", Codecs.Codec.Hash, static h => h.StateRoot)
        .With("extrinsics_root", Codecs.Codec.Hash, static h => h.ExtrinsicsRoot)
        .With("digest", Codecs.Codec.Vector(Codecs.Codec.U8, 0), static _ => [])
        .Build(static (parent, number, state, extrinsics, _) => new BlockHeader(parent, number, state, extrinsics));

    /// <summary>BLAKE2b-256 of the bytes: names the block.</summary>
    public Hash256 Hash => _hash ??= Blake2b.Hash256(Codec.Encode(this));

    /// <inheritdoc/>
    public bool Equals(BlockHeader? other) => other is not null && ParentHash == other.ParentHash && Number == other.Number
        && StateRoot == other.StateRoot && ExtrinsicsRoot == other.ExtrinsicsRoot;

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(ParentHash, Number, StateRoot, ExtrinsicsRoot);
}
