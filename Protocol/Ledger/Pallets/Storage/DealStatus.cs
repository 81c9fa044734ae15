namespace Nsn.Protocol.Ledger.Pallets.Storage;

/// <summary>How far a pinning deal has come.</summary>
public enum DealStatus : byte
{
    /// <summary>Pinners keep the shards and are paid.</summary>
    Active,

    /// <summary>Ends with the running interval, as its creator asked.</summary>
    Cancelled,
}
