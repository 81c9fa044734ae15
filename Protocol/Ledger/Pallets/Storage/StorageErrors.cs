using Nsn.Protocol.Ledger.Runtime;

namespace Nsn.Protocol.Ledger.Pallets.Storage;

/// <summary>Why the storage pallet refuses.</summary>
public static class StorageErrors
{
    private static readonly ErrorSet s_set = new(54, StoragePallet.Name);

    /// <summary>Too few shards to survive losses.</summary>
    public static DispatchError InsufficientShards { get; } = s_set.Next();

    /// <summary>Too many shards.</summary>
    public static DispatchError TooManyShards { get; } = s_set.Next();

    /// <summary>Too few super nodes to keep them.</summary>
    public static DispatchError InsufficientSuperNodes { get; } = s_set.Next();

    /// <summary>Shorter than one interval, or longer than block numbers reach.</summary>
    public static DispatchError InvalidDuration { get; } = s_set.Next();

    /// <summary>Less than one base unit for each pinner, shard and interval.</summary>
    public static DispatchError PaymentTooSmall { get; } = s_set.Next();

    /// <summary>A shard without leaves, or with more than 2^26 (4 GiB).</summary>
    public static DispatchError InvalidShardSize { get; } = s_set.Next();

    /// <summary>No such deal.</summary>
    public static DispatchError DealNotFound { get; } = s_set.Next();

    /// <summary>Somebody else's deal.</summary>
    public static DispatchError NotCreator { get; } = s_set.Next();

    /// <summary>The deal is over or about to be.</summary>
    public static DispatchError DealNotActive { get; } = s_set.Next();

    /// <summary>No such audit, or it is completed.</summary>
    public static DispatchError AuditNotFound { get; } = s_set.Next();

    /// <summary>Somebody else is asked.</summary>
    public static DispatchError NotAuditTarget { get; } = s_set.Next();

    /// <summary>The pinner does not keep that shard.</summary>
    public static DispatchError NotPinner { get; } = s_set.Next();

    /// <summary>That interval's service is acknowledged.</summary>
    public static DispatchError AlreadyAcknowledged { get; } = s_set.Next();

    internal static IReadOnlyList<DispatchError> All => s_set.All;
}
