namespace Nsn.Engine.Runtime.Activations;

/// <summary>The life of an activation, in order.</summary>
internal enum ActivationState : byte
{
    Creating,
    Activating,
    Valid,
    Deactivating,
    Dead,
}
