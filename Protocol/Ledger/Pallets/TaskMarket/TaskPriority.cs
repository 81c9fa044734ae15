namespace Nsn.Protocol.Ledger.Pallets.TaskMarket;

/// <summary>How soon the ledger looks again for an executor when it found none.</summary>
public enum TaskPriority : byte
{
    /// <summary>After two blocks.</summary>
    High,

    /// <summary>After five blocks.</summary>
    Normal,

    /// <summary>After ten blocks.</summary>
    Low,
}
