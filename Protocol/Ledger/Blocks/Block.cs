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

    /// <summary>The root over a list of extrinsics.</summary>
    public static Hash256 ExtrinsicsRootOf(IReadOnlyList<byte[]> extrinsics) => LedgerMerkle.RootOf(extrinsics);

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
}
