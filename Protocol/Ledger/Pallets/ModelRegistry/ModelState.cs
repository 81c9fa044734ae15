namespace Nsn.Protocol.Ledger.Pallets.ModelRegistry;

/// <summary>How near a model is to a node's GPU.</summary>
public enum ModelState : byte
{
    /// <summary>Not on the node.</summary>
    Cold,

    /// <summary>On disk.</summary>
    Warm,

    /// <summary>In GPU memory.</summary>
    Hot,
}
