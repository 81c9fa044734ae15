namespace Nsn.Protocol.Ledger.Runtime;

/// <summary>The part of a block that is running. The numbers are the index bytes of Substrate's <c>Phase</c>.</summary>
public enum BlockPhase : byte
{
    /// <summary>An extrinsic.</summary>
    ApplyExtrinsic = 0,

    /// <summary>The end of the block.</summary>
    Finalization = 1,

    /// <summary>The start of the block.</summary>
    Initialization = 2,
}
