namespace Nsn.Grains.Telemetry;

/// <summary>What became of an extrinsic.</summary>
internal enum ExtrinsicFate
{
    /// <summary>It took effect.</summary>
    Applied,

    /// <summary>It is in a block, and its call failed.</summary>
    Failed,

    /// <summary>It entered no block.</summary>
    Refused,
}
