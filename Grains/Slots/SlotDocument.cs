namespace Nsn.Grains.Slots;

/// <summary>What a slot stores.</summary>
[GenerateSerializer, Alias("nsn.slot-document")]
internal sealed class SlotDocument
{
    /// <summary>Where it stands; null before the start.</summary>
    [Id(0)] public SlotReport? Report { get; set; }
}
