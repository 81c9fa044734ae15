namespace Nsn.Grains.Ledger;

/// <summary>A director of an epoch.</summary>
/// <param name="Account">Ed25519 public key, 32 bytes; also the account.</param>
/// <param name="Address">The account as SS58.</param>
/// <param name="Region">Where it said that it stands.</param>
[GenerateSerializer, Immutable, Alias("nsn.director-info")]
public sealed record DirectorInfo(
    [property: Id(0)] byte[] Account,
    [property: Id(1)] string Address,
    [property: Id(2)] string Region);
