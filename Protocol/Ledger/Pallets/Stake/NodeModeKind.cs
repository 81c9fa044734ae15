namespace Nsn.Protocol.Ledger.Pallets.Stake;

/// <summary>Which lane a node works on.</summary>
public enum NodeModeKind : byte
{
    /// <summary>Tasks on demand.</summary>
    Lane1Active,

    /// <summary>Finishes its tasks, to direct from a block on.</summary>
    Draining,

    /// <summary>Directs until a block.</summary>
    Lane0Active,

    /// <summary>Nothing.</summary>
    Offline,
}
