using System.Security.Cryptography;

namespace Nsn.Protocol.Cryptography;

/// <summary>SHA-256 (FIPS 180-4), the hash of content and certificates: browsers have it natively.</summary>
public static class Sha2
{
    /// <summary>The digest of <paramref name="input"/>.</summary>
    public static Hash256 Hash256(ReadOnlySpan<byte> input)
    {
        Span<byte> digest = stackalloc byte[32];
        SHA256.HashData(input, digest);
        return new Hash256(digest);
    }
}
