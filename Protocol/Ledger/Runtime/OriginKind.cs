namespace Nsn.Protocol.Ledger.Runtime;

/// <summary>Who may make a call.</summary>
public enum OriginKind
{
    /// <summary>Any account, by its signature.</summary>
    Signed,

    /// <summary>The sudo key; only for parameters of the network.</summary>
    Root,

    /// <summary>Whoever makes the block, once in a block.</summary>
    Inherent,
}
