using Nsn.Protocol.Ledger.Runtime;

namespace Nsn.Protocol.Ledger.Pallets.ModelRegistry;

/// <summary>What can be asked of the registry.</summary>
public static class RegistryCalls
{
    /// <summary>Registers a model, for a deposit.</summary>
    public sealed record RegisterModel(string Id, string ContainerCid, uint VramMegabytes, ModelCapabilities Capabilities) : Call;

    /// <summary>A staked node says what it can do.</summary>
    public sealed record UpdateCapabilities(uint VramMegabytes, IReadOnlyList<string> Hot, IReadOnlyList<string> Warm) : Call;

    /// <summary>Registers a renderer, for a deposit.</summary>
    public sealed record RegisterRenderer(
        string Id, Lane Lane, string ContainerCid, uint VramMegabytes, uint LatencyMaxMilliseconds, IReadOnlyList<string> Models, bool Deterministic) : Call;

    /// <summary>Takes an own model out; the deposit comes back.</summary>
    public sealed record DeregisterModel(string Id) : Call;

    /// <summary>Takes an own renderer out; the deposit comes back. Tasks in flight go on.</summary>
    public sealed record DeregisterRenderer(string Id) : Call;
}
