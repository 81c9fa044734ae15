using Nsn.Protocol.Ledger.Runtime;

namespace Nsn.Protocol.Ledger.Pallets.ModelRegistry;

/// <summary>Why the registry refuses.</summary>
public static class RegistryErrors
{
    private static readonly ErrorSet s_set = new(57, RegistryPallet.Name);

    /// <summary>A model needs an id.</summary>
    public static DispatchError InvalidModelId { get; } = s_set.Next();

    /// <summary>A container needs a CID.</summary>
    public static DispatchError InvalidContainerCid { get; } = s_set.Next();

    /// <summary>The id is taken.</summary>
    public static DispatchError ModelAlreadyRegistered { get; } = s_set.Next();

    /// <summary>No such model.</summary>
    public static DispatchError ModelNotFound { get; } = s_set.Next();

    /// <summary>A model must be able to do something.</summary>
    public static DispatchError NoCapabilities { get; } = s_set.Next();

    /// <summary>A renderer needs an id.</summary>
    public static DispatchError InvalidRendererId { get; } = s_set.Next();

    /// <summary>The id is taken.</summary>
    public static DispatchError RendererAlreadyRegistered { get; } = s_set.Next();

    /// <summary>No such renderer.</summary>
    public static DispatchError RendererNotFound { get; } = s_set.Next();

    /// <summary>Lane 0 needs the same bytes every time.</summary>
    public static DispatchError RendererNotDeterministic { get; } = s_set.Next();

    /// <summary>It needs more VRAM than a renderer may.</summary>
    public static DispatchError RendererVramExceeded { get; } = s_set.Next();

    /// <summary>It takes longer than a renderer of its lane may.</summary>
    public static DispatchError RendererLatencyExceeded { get; } = s_set.Next();

    /// <summary>It needs a model that is not registered.</summary>
    public static DispatchError ModelDependencyNotFound { get; } = s_set.Next();

    /// <summary>Somebody else registered it.</summary>
    public static DispatchError NotOwner { get; } = s_set.Next();

    /// <summary>Only a node with stake may say what it can do.</summary>
    public static DispatchError NotStaked { get; } = s_set.Next();

    internal static IReadOnlyList<DispatchError> All => s_set.All;
}
