namespace Nsn.Grains.Inference;

/// <summary>The devices of this silo.</summary>
public interface IInferenceDevices
{
    /// <summary>All of them.</summary>
    IReadOnlyList<IInferenceDevice> All { get; }

    /// <summary>The device with that key ("silo name/device"), or null when it is not in this process.</summary>
    IInferenceDevice? Find(string key);
}
