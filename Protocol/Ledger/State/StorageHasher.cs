using System.Buffers.Binary;
using Nsn.Protocol.Cryptography;

namespace Nsn.Protocol.Ledger.State;

/// <summary>How the key of a map becomes part of a storage key. Numbered as in Substrate's metadata.</summary>
public enum StorageHasher
{
    /// <summary>16 bytes of BLAKE2b, then the key itself: for keys that people can choose.</summary>
    Blake2Concat128 = 2,

    /// <summary>8 bytes of xxHash64, then the key itself: for keys that count up.</summary>
    Twox64Concat = 5,
}

/// <summary>Applies <see cref="StorageHasher"/>.</summary>
internal static class StorageHasherExtensions
{
    public static int PrefixBytes(this StorageHasher hasher) => hasher == StorageHasher.Blake2Concat128 ? 16 : 8;

    public static int Append(this StorageHasher hasher, Span<byte> destination, ReadOnlySpan<byte> key)
    {
        var prefix = hasher.PrefixBytes();
        if (hasher == StorageHasher.Blake2Concat128)
        {
            Blake2b.Hash(key, destination[..16]);
        }
        else
        {
            BinaryPrimitives.WriteUInt64LittleEndian(destination, TwoX.Hash64(key));
        }

        key.CopyTo(destination[prefix..]);
        return prefix + key.Length;
    }
}
