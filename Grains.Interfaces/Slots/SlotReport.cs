namespace Nsn.Grains.Slots;

/// <summary>Everything known about a slot.</summary>
[GenerateSerializer, Immutable, Alias("nsn.slot-report")]
public sealed record SlotReport
{
    /// <summary>The slot's number.</summary>
    [Id(0)] public required ulong Slot { get; init; }

    /// <summary>How far it is.</summary>
    [Id(1)] public required SlotPhase Phase { get; init; }

    /// <summary>What was fixed, or null before the start.</summary>
    [Id(2)] public SlotAssignment? Assignment { get; init; }

    /// <summary>The published clip that is (or was last) voted on.</summary>
    [Id(3)] public ClipManifest? Manifest { get; init; }

    /// <summary>The certificate (SCALE), once there is one.</summary>
    [Id(4)] public byte[]? Certificate { get; init; }

    /// <summary>The block in which the ledger accepted it.</summary>
    [Id(5)] public ulong? CertifiedInBlock { get; init; }

    /// <summary>Why there is no certificate, or none in time, in one sentence.</summary>
    [Id(6)] public string? Failure { get; init; }

    /// <summary>What each of the directors did, in their order.</summary>
    [Id(7)] public DirectorAnswer[] Answers { get; init; } = [];

    /// <summary>Cosine similarities between the revealed embeddings, row by row, five by five; NaN where one did not reveal.</summary>
    [Id(8)] public float[] Similarities { get; init; } = [];

    /// <summary>Seconds each stage took: generate, publish, commit, reveal, vote, submit.</summary>
    [Id(9)] public Dictionary<string, double> StageSeconds { get; init; } = [];

    /// <summary>When the work began.</summary>
    [Id(10)] public DateTimeOffset? StartedAt { get; init; }

    /// <summary>When it was certified or given up.</summary>
    [Id(11)] public DateTimeOffset? FinishedAt { get; init; }

    /// <summary>What kind of failure it was where there is no certificate; null in reports that were stored before kinds were.</summary>
    [Id(12)] public SlotFailure? FailedBy { get; init; }

    /// <summary>Whether the slot was certified before it went on air. One that was certified later had filler on air.</summary>
    public bool IsInTime => Phase == SlotPhase.Certified && Failure is null;
}
