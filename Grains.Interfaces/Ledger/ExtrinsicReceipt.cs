namespace Nsn.Grains.Ledger;

/// <summary>What became of an extrinsic.</summary>
/// <param name="Hash">BLAKE2b-256 of the extrinsic.</param>
/// <param name="Block">The block it is in, or null when it entered none.</param>
/// <param name="Error">Null when it was applied, else why not, in words of the chain's errors (for example <c>director.AlreadyCertified</c>).</param>
/// <param name="Events">Names of the events it deposited.</param>
[GenerateSerializer, Immutable, Alias("nsn.extrinsic-receipt")]
public sealed record ExtrinsicReceipt(
    [property: Id(0)] byte[] Hash,
    [property: Id(1)] ulong? Block,
    [property: Id(2)] string? Error,
    [property: Id(3)] string[] Events)
{
    /// <summary>Whether it took effect.</summary>
    public bool Applied => Block is not null && Error is null;
}
