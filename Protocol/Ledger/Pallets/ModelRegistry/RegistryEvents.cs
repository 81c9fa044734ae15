using Nsn.Protocol.Cryptography;
using Nsn.Protocol.Ledger.Runtime;

namespace Nsn.Protocol.Ledger.Pallets.ModelRegistry;

/// <summary>What the registry reports.</summary>
public static class RegistryEvents
{
    /// <summary>A model can be used.</summary>
    public sealed record ModelRegistered(string Id, AccountId Owner) : LedgerEvent;

    /// <summary>A model is gone.</summary>
    public sealed record ModelDeregistered(string Id) : LedgerEvent;

    /// <summary>A node can do something else.</summary>
    public sealed record NodeCapabilityUpdated(AccountId Node, uint HotCount, uint WarmCount) : LedgerEvent;

    /// <summary>A renderer can be used.</summary>
    public sealed record RendererRegistered(string Id, Lane Lane, AccountId Owner, uint ModelCount) : LedgerEvent;

    /// <summary>A renderer is gone.</summary>
    public sealed record RendererDeregistered(string Id) : LedgerEvent;
}
