using System.Diagnostics.CodeAnalysis;
using Nsn.Protocol.Cryptography;
using Nsn.Protocol.Ledger.Codecs;
using Nsn.Protocol.Scale;

namespace Nsn.Protocol.Ledger.Blocks;

/// <summary>A header and the extrinsics it commits to, as bytes: what the journal keeps.</summary>
/// <param name="Header">The header.</param>
/// <param name="Extrinsics">The extrinsics in order, each with its length prefix.</param>
public sealed record Block(BlockHeader Header, IReadOnlyList<byte[]> Extrinsics)
{
    /// <summary>Extrinsics of a block, at most.</summary>
    public const int ExtrinsicsMax = 100_000;

    /// <summary>BLAKE2b-256 of a list of extrinsics: leaves and inner nodes of a binary tree are hashed under different first bytes, and the root covers the count.</summary>
    public static Hash256 ExtrinsicsRootOf(IReadOnlyList<byte[]> extrinsics)
    {
        var level = new Hash256[extrinsics.Count];
        for (var i = 0; i < level.Length; i++)
        {
            level[i] = Tagged(0, extrinsics[i]);
        }

        Span<byte> pair = stackalloc byte[64];
        for (var count = level.Length; count > 1; count = (count + 1) / 2)
        {
            for (var i = 0; i < count / 2; i++)
            {
                level[2 * i].AsSpan().CopyTo(pair);
                level[(2 * i) + 1].AsSpan().CopyTo(pair[32..]);
                level[i] = Tagged(1, pair);
            }

            if (count % 2 != 0)
            {
                level[count / 2] = level[count - 1];
            }
        }

        Span<byte> root = stackalloc byte[36];
        BitConverter.TryWriteBytes(root, (uint)extrinsics.Count);
        if (extrinsics.Count > 0)
        {
            level[0].AsSpan().CopyTo(root[4..]);
        }

        return Tagged(2, root);
    }

    /// <summary>Header ‖ count ‖ extrinsics.</summary>
    public byte[] Encode()
    {
        var writer = new ScaleWriter(256);
        BlockHeader.Codec.Encode(writer, Header);
        writer.WriteCompact((uint)Extrinsics.Count);
        foreach (var extrinsic in Extrinsics)
        {
            writer.WriteFixed(extrinsic);
        }

        return writer.ToArray();
    }

    /// <summary>Reads bytes from outside.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out Block? block, out ScaleError error)
    {
        block = null;
        var reader = new ScaleReader(bytes);
        if (!BlockHeader.Codec.TryDecode(ref reader, out var header) || !reader.TryReadCount(1, ExtrinsicsMax, out var count))
        {
            error = reader.Error;
            return false;
        }

        var extrinsics = new byte[count][];
        for (var i = 0; i < count; i++)
        {
            var start = reader.Offset;
            if (!reader.TryReadBytes(Ledger.Extrinsics.Extrinsic.BytesMax, out _))
            {
                error = reader.Error;
                return false;
            }

            extrinsics[i] = reader.Since(start).ToArray();
        }

        var complete = reader.TryReadEnd();
        error = reader.Error;
        block = complete ? new Block(header, extrinsics) : null;
        return complete;
    }

    private static Hash256 Tagged(byte tag, ReadOnlySpan<byte> content)
    {
        var length = content.Length + 1;
        var buffer = length <= 1024 ? stackalloc byte[length] : new byte[length];
        buffer[0] = tag;
        content.CopyTo(buffer[1..]);
        return Blake2b.Hash256(buffer);
    }
}
