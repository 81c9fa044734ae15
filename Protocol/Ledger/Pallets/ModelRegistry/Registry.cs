using Nsn.Protocol.Cryptography;
using Nsn.Protocol.Ledger.Codecs;
using Nsn.Protocol.Ledger.Pallets.Balances;
using Nsn.Protocol.Ledger.Pallets.Stake;
using Nsn.Protocol.Ledger.Runtime;
using Nsn.Protocol.Ledger.State;

namespace Nsn.Protocol.Ledger.Pallets.ModelRegistry;

/// <summary>Models, renderers, and which node can run them.</summary>
public static class Registry
{
    private const string Pallet = RegistryPallet.Name;

    /// <summary>Models by id.</summary>
    public static StorageMap<string, ModelRecord> Models { get; } =
        new(Pallet, "ModelCatalog", StorageHasher.Blake2Concat128, Codec.Text(64), ModelRecord.Codec);

    /// <summary>Renderers by id.</summary>
    public static StorageMap<string, RendererRecord> Renderers { get; } =
        new(Pallet, "RendererCatalog", StorageHasher.Blake2Concat128, Codec.Text(64), RendererRecord.Codec);

    /// <summary>What nodes can do, as they say.</summary>
    public static StorageMap<AccountId, NodeCapabilities> Nodes { get; } =
        new(Pallet, "NodeCapabilities", StorageHasher.Blake2Concat128, Codec.Account, NodeCapabilities.Codec);

    /// <summary>Whether a node said lately that it can run a renderer.</summary>
    public static bool CanRun(IStateReader state, LedgerParameters parameters, in AccountId node, RendererRecord renderer, uint block) =>
        Nodes.TryGet(state, node, out var said) && said.UpdatedAt + parameters.CapabilityBlocks >= block && said.CanRun(renderer);

    internal static DispatchResult RegisterModel(BlockContext context, AccountId who, RegistryCalls.RegisterModel call)
    {
        if (call.Id.Length == 0)
        {
            return RegistryErrors.InvalidModelId;
        }

        if (call.ContainerCid.Length == 0)
        {
            return RegistryErrors.InvalidContainerCid;
        }

        if (call.Capabilities == ModelCapabilities.None || (byte)call.Capabilities > 63)
        {
            return RegistryErrors.NoCapabilities;
        }

        if (Models.Contains(context.State, call.Id))
        {
            return RegistryErrors.ModelAlreadyRegistered;
        }

        if (Tokens.Hold(context, HoldReason.RegistryDeposit, who, context.Parameters.RegistryDeposit) is { IsError: true } refusal)
        {
            return refusal;
        }

        Models.Set(context.State, call.Id, new ModelRecord(call.ContainerCid, call.VramMegabytes, call.Capabilities, who, context.Parameters.RegistryDeposit, context.Number));
        context.Deposit(new RegistryEvents.ModelRegistered(call.Id, who));
        return DispatchResult.Ok;
    }

    internal static DispatchResult DeregisterModel(BlockContext context, AccountId who, RegistryCalls.DeregisterModel call)
    {
        if (!Models.TryGet(context.State, call.Id, out var model))
        {
            return RegistryErrors.ModelNotFound;
        }

        if (model.Owner != who)
        {
            return RegistryErrors.NotOwner;
        }

        if (Tokens.Release(context, HoldReason.RegistryDeposit, who, model.Deposit) is { IsError: true } refusal)
        {
            return refusal;
        }

        Models.Remove(context.State, call.Id);
        context.Deposit(new RegistryEvents.ModelDeregistered(call.Id));
        return DispatchResult.Ok;
    }

    internal static DispatchResult UpdateCapabilities(BlockContext context, AccountId who, RegistryCalls.UpdateCapabilities call)
    {
        if (Staking.Of(context.State, who).Amount < context.Parameters.RelayStake)
        {
            return RegistryErrors.NotStaked;
        }

        if (call.Hot.Concat(call.Warm).Any(model => !Models.Contains(context.State, model)))
        {
            return RegistryErrors.ModelNotFound;
        }

        Nodes.Set(context.State, who, new NodeCapabilities(call.VramMegabytes, call.Hot, call.Warm, context.Number));
        context.Deposit(new RegistryEvents.NodeCapabilityUpdated(who, (uint)call.Hot.Count, (uint)call.Warm.Count));
        return DispatchResult.Ok;
    }

    internal static DispatchResult RegisterRenderer(BlockContext context, AccountId who, RegistryCalls.RegisterRenderer call)
    {
        if (Problem(context, call) is { } problem)
        {
            return problem;
        }

        if (Tokens.Hold(context, HoldReason.RegistryDeposit, who, context.Parameters.RegistryDeposit) is { IsError: true } refusal)
        {
            return refusal;
        }

        Renderers.Set(context.State, call.Id, new RendererRecord(
            call.Lane, call.ContainerCid, call.VramMegabytes, call.LatencyMaxMilliseconds, call.Models, call.Deterministic,
            who, context.Parameters.RegistryDeposit, context.Number));
        context.Deposit(new RegistryEvents.RendererRegistered(call.Id, call.Lane, who, (uint)call.Models.Count));
        return DispatchResult.Ok;
    }

    internal static DispatchResult DeregisterRenderer(BlockContext context, AccountId who, RegistryCalls.DeregisterRenderer call)
    {
        if (!Renderers.TryGet(context.State, call.Id, out var renderer))
        {
            return RegistryErrors.RendererNotFound;
        }

        if (renderer.Owner != who)
        {
            return RegistryErrors.NotOwner;
        }

        if (Tokens.Release(context, HoldReason.RegistryDeposit, who, renderer.Deposit) is { IsError: true } refusal)
        {
            return refusal;
        }

        Renderers.Remove(context.State, call.Id);
        context.Deposit(new RegistryEvents.RendererDeregistered(call.Id));
        return DispatchResult.Ok;
    }

    private static DispatchError? Problem(BlockContext context, RegistryCalls.RegisterRenderer call)
    {
        var latencyMax = call.Lane == Lane.Lane0 ? context.Parameters.Lane0LatencyMaxMilliseconds : context.Parameters.Lane1LatencyMaxMilliseconds;
        return call.Id.Length == 0 ? RegistryErrors.InvalidRendererId
            : call.ContainerCid.Length == 0 ? RegistryErrors.InvalidContainerCid
            : Renderers.Contains(context.State, call.Id) ? RegistryErrors.RendererAlreadyRegistered
            : call.Lane == Lane.Lane0 && !call.Deterministic ? RegistryErrors.RendererNotDeterministic
            : call.VramMegabytes > context.Parameters.RendererVramMaxMegabytes ? RegistryErrors.RendererVramExceeded
            : call.LatencyMaxMilliseconds > latencyMax ? RegistryErrors.RendererLatencyExceeded
            : call.Models.Any(model => !Models.Contains(context.State, model)) ? RegistryErrors.ModelDependencyNotFound
            : null;
    }
}
