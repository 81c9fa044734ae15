using System.ComponentModel.DataAnnotations;

namespace Nsn.Grains.Ledger;

/// <summary>Which chain the ledger grain keeps; section "Ledger" of the configuration.</summary>
public sealed class LedgerOptions
{
    /// <summary>"dev" so far: a network on one machine whose keys everybody knows.</summary>
    [Required, RegularExpression("^dev$")]
    public string Preset { get; set; } = "dev";

    /// <summary>Blocks between two snapshots of the state.</summary>
    [Range(10, 100_000)]
    public int SnapshotBlocks { get; set; } = 2_000;

    /// <summary>Extrinsics that may wait for a block.</summary>
    [Range(1, 100_000)]
    public int PoolMax { get; set; } = 5_000;
}
