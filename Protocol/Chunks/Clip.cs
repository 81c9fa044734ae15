using Nsn.Protocol.Cryptography;
using Nsn.Protocol.Merkle;

namespace Nsn.Protocol.Chunks;

/// <summary>The finished content of a slot: its chunks and the tree over them. Made by <see cref="ClipBuilder"/>.</summary>
public sealed class Clip
{
    private readonly ulong _slot;
    private readonly MerkleTree _tree;
    private readonly (ChunkHeader Header, ReadOnlyMemory<byte> Payload)[] _pieces;

    internal Clip(ulong slot, MerkleTree tree, (ChunkHeader Header, ReadOnlyMemory<byte> Payload)[] pieces)
    {
        _slot = slot;
        _tree = tree;
        _pieces = pieces;
    }

    /// <summary>The root over all chunks; directors sign it.</summary>
    public Hash256 ContentRoot => _tree.Root;

    /// <summary>The number of chunks.</summary>
    public int ChunkCount => _pieces.Length;

    /// <summary>The chunk at a place in the tree, with its proof.</summary>
    public Chunk GetChunk(int leafIndex)
    {
        (ChunkHeader header, ReadOnlyMemory<byte> payload) = _pieces[leafIndex];
        header = header with { Slot = _slot, ContentRoot = ContentRoot, LeafCount = (uint)_pieces.Length };
        return new Chunk(header, _tree.Prove(leafIndex), payload);
    }

    /// <summary>All chunks in order.</summary>
    public IEnumerable<Chunk> Chunks => Enumerable.Range(0, ChunkCount).Select(GetChunk);
}
