namespace Nsn.Protocol.Erasure;

/// <summary>The ways to multiply vectors of bytes by constants; all give the same bytes.</summary>
internal enum ErasurePath
{
    /// <summary>One byte at a time from a table.</summary>
    Scalar,

    /// <summary>16 bytes: two shuffles of nibble tables (SSSE3, Arm).</summary>
    Shuffle128,

    /// <summary>32 bytes: two shuffles of nibble tables (AVX2).</summary>
    Shuffle256,

    /// <summary>64 bytes: two shuffles of nibble tables (AVX-512BW).</summary>
    Shuffle512,

    /// <summary>32 bytes: one affine transformation (GFNI with AVX).</summary>
    Affine256,

    /// <summary>64 bytes: one affine transformation (GFNI with AVX-512).</summary>
    Affine512,
}
