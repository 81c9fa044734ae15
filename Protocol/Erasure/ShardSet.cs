using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Nsn.Protocol.Cryptography;
using Nsn.Protocol.Scale;

namespace Nsn.Protocol.Erasure;

/// <summary>
/// What one needs to know to get data back from shards that strangers keep: its length and the hash of every shard. A shard that was changed is found by its hash and
/// left out; any ten right ones suffice.
/// </summary>
public sealed class ShardSet
{
    /// <summary>The most bytes of data: 1 GiB.</summary>
    public const int DataBytesMax = 1 << 30;

    /// <summary>The length of the SCALE form, in bytes.</summary>
    public const int Size = 4 + ReedSolomon.TotalShards * Hash256.Size;

    private ShardSet(int dataLength, ImmutableArray<Hash256> hashes)
    {
        DataLength = dataLength;
        Hashes = hashes;
    }

    /// <summary>The length of the data, in bytes.</summary>
    public int DataLength { get; }

    /// <summary>SHA-256 of every shard.</summary>
    public ImmutableArray<Hash256> Hashes { get; }

    /// <summary>The length of every shard, in bytes: a tenth of the data, rounded up.</summary>
    public int ShardLength => (int)(((long)DataLength + ReedSolomon.DataShards - 1) / ReedSolomon.DataShards);

    /// <summary>Cuts data into ten shards, the last filled up with zeros, and adds four of parity.</summary>
    /// <param name="data">1 byte to 1 GiB.</param>
    /// <param name="shards">The fourteen shards.</param>
    public static ShardSet Encode(ReadOnlySpan<byte> data, out byte[][] shards)
    {
        ArgumentOutOfRangeException.ThrowIfZero(data.Length, nameof(data));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(data.Length, DataBytesMax, nameof(data));
        int length = (data.Length + ReedSolomon.DataShards - 1) / ReedSolomon.DataShards;
        shards = new byte[ReedSolomon.TotalShards][];
        for (int i = 0; i < shards.Length; i++)
        {
            shards[i] = new byte[length];
            int offset = Math.Min(i * length, data.Length);
            if (i < ReedSolomon.DataShards)
                data.Slice(offset, Math.Min(length, data.Length - offset)).CopyTo(shards[i]);
        }

        ReedSolomon.Encode(shards);
        return new ShardSet(data.Length, [.. shards.Select(shard => Sha2.Hash256(shard))]);
    }

    /// <summary>True if these are the bytes of the shard in a place.</summary>
    public bool IsShard(int place, ReadOnlySpan<byte> bytes) => bytes.Length == ShardLength && Sha2.Hash256(bytes) == Hashes[place];

    /// <summary>Gets the data back.</summary>
    /// <param name="shards">Fourteen places; null where a shard is missing.</param>
    /// <param name="data">The data, if ten shards were right.</param>
    /// <param name="wrong">The places of shards that were there, but not right.</param>
    public bool TryDecode(IReadOnlyList<byte[]?> shards, [NotNullWhen(true)] out byte[]? data, out ImmutableArray<int> wrong)
    {
        data = null;
        byte[]?[] right = [.. shards.Select((shard, place) => shard is not null && IsShard(place, shard) ? shard : null)];
        wrong = [.. Enumerable.Range(0, shards.Count).Where(place => shards[place] is not null && right[place] is null)];
        if (!ReedSolomon.TryReconstruct(right))
            return false;
        data = new byte[DataLength];
        for (int i = 0; i < ReedSolomon.DataShards; i++)
        {
            int offset = Math.Min(i * ShardLength, DataLength);
            right[i].AsSpan(0, Math.Min(ShardLength, DataLength - offset)).CopyTo(data.AsSpan(offset));
        }

        return true;
    }

    /// <summary>Writes length (u32) ‖ fourteen hashes.</summary>
    public static void Write(ScaleWriter writer, ShardSet value)
    {
        writer.WriteU32((uint)value.DataLength);
        foreach (Hash256 hash in value.Hashes)
            Hash256.Write(writer, hash);
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    public static bool TryRead(ref ScaleReader reader, [NotNullWhen(true)] out ShardSet? value)
    {
        value = null;
        if (!reader.TryReadU32(out uint length))
            return false;
        if (length is 0 or > DataBytesMax)
            return reader.Fail(ScaleError.ValueOutOfRange);
        Hash256[] hashes = new Hash256[ReedSolomon.TotalShards];
        for (int i = 0; i < hashes.Length; i++)
        {
            if (!Hash256.TryRead(ref reader, out hashes[i]))
                return false;
        }

        value = new ShardSet((int)length, [.. hashes]);
        return true;
    }
}
