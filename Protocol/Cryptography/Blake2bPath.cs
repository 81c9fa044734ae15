namespace Nsn.Protocol.Cryptography;

/// <summary>The ways to compress a block of BLAKE2b; all give the same bytes.</summary>
internal enum Blake2bPath
{
    /// <summary>One word at a time.</summary>
    Scalar,

    /// <summary>Four words at a time (AVX2).</summary>
    Avx2,

    /// <summary>Four words at a time, rotated and picked from the message by one instruction each (AVX-512).</summary>
    Avx512,
}
