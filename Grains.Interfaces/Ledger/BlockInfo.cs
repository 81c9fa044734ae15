namespace Nsn.Grains.Ledger;

/// <summary>A journaled block.</summary>
/// <param name="Number">Its number.</param>
/// <param name="Hash">BLAKE2b-256 of the header.</param>
/// <param name="Header">The header, SCALE.</param>
/// <param name="Extrinsics">The extrinsics, SCALE, in order.</param>
[GenerateSerializer, Immutable, Alias("nsn.block-info")]
public sealed record BlockInfo(
    [property: Id(0)] ulong Number,
    [property: Id(1)] byte[] Hash,
    [property: Id(2)] byte[] Header,
    [property: Id(3)] byte[][] Extrinsics);
