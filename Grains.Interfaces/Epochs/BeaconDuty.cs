namespace Nsn.Grains.Epochs;

/// <summary>What directors of an epoch owe the beacon, from which the next election's randomness grows.</summary>
[GenerateSerializer, Alias("nsn.beacon-duty")]
public enum BeaconDuty
{
    /// <summary>Nothing now.</summary>
    None,

    /// <summary>To commit to a secret, until the candidates of the next election are fixed.</summary>
    Commit,

    /// <summary>To reveal it, until the election is held. Whoever committed and does not reveal is charged a missed slot.</summary>
    Reveal,
}
