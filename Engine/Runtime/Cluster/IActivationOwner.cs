using Nsn.Engine.Runtime.Activations;

namespace Nsn.Engine.Runtime.Cluster;

/// <summary>Registers activations as the owners of their grains.</summary>
internal interface IActivationOwner
{
    /// <summary>Null when the activation owns the grain now, else who does.</summary>
    ValueTask<GrainAddress?> RegisterAsync(Activation activation);

    ValueTask UnregisterAsync(Activation activation);
}
