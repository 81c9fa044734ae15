using Nsn.Grains.Slots;

namespace Nsn.Grains.Directors;

/// <summary>What a director stores: its part in the last slots, so that it never says two different things about one.</summary>
[GenerateSerializer, Alias("nsn.director-document")]
internal sealed class DirectorDocument
{
    /// <summary>Slots whose part is remembered: far more than can be in work at once.</summary>
    public const int RoundsKept = 32;

    /// <summary>The part in each slot.</summary>
    [Id(0)] public SortedDictionary<ulong, DirectorRoundRecord> Rounds { get; set; } = [];

    /// <summary>Clips it made, by slot, so that a repeated call gives the same one.</summary>
    [Id(1)] public SortedDictionary<ulong, ClipManifest> Proposals { get; set; } = [];

    /// <summary>Elections whose secrets are remembered.</summary>
    public const int BeaconsKept = 4;

    /// <summary>Its secrets for the beacon, by the epoch at whose end they count.</summary>
    [Id(2)] public SortedDictionary<uint, BeaconPart> Beacons { get; set; } = [];

    /// <summary>Forgets the oldest.</summary>
    public void Trim()
    {
        while (Rounds.Count > RoundsKept)
            Rounds.Remove(Rounds.Keys.First());
        while (Proposals.Count > RoundsKept)
            Proposals.Remove(Proposals.Keys.First());
        while (Beacons.Count > BeaconsKept)
            Beacons.Remove(Beacons.Keys.First());
    }
}
