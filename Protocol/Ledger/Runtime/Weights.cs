namespace Nsn.Protocol.Ledger.Runtime;

/// <summary>What work costs, in picoseconds of one core. Bounds, not measurements of one machine.</summary>
public static class Weights
{
    /// <summary>Of any extrinsic: signature, nonce, fee. 100 µs.</summary>
    public const ulong BaseExtrinsic = 100_000_000;

    /// <summary>One value read: 5 µs.</summary>
    public const ulong Read = 5_000_000;

    /// <summary>One value written, hashed into the root: 15 µs.</summary>
    public const ulong Write = 15_000_000;

    /// <summary>One Ed25519 signature checked: 100 µs.</summary>
    public const ulong Signature = 100_000_000;

    /// <summary>One block: 2 s.</summary>
    public const ulong Block = 2_000_000_000_000;

    /// <summary>What signed extrinsics may take of it: three quarters.</summary>
    public const ulong NormalExtrinsics = Block / 4 * 3;

    /// <summary>Bytes of extrinsics in a block: three quarters of 5 MiB.</summary>
    public const int ExtrinsicBytes = 5 * 1024 * 1024 / 4 * 3;

    /// <summary>So many reads and writes.</summary>
    public static ulong Of(int reads, int writes) => ((ulong)reads * Read) + ((ulong)writes * Write);
}
