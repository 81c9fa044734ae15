using Nsn.Content;
using Nsn.Grains.Inference;
using Nsn.Vortex.Pipeline;

namespace Nsn.Silo.Inference;

/// <summary>The devices of this silo: one when it has the role "gpu", none otherwise.</summary>
internal sealed class VortexDevices : IInferenceDevices, IAsyncDisposable
{
    private readonly VortexDevice[] _devices;

    public VortexDevices(
        SiloSettings settings, IContentStore content, TimeProvider time, InferenceMetrics metrics, ILogger<VortexDevice> logger, ILogger<ClipPipelineHost> hostLogger) =>
        _devices = settings.IsGpu ? [new VortexDevice(settings, content, time, metrics, logger, hostLogger)] : [];

    public IReadOnlyList<IInferenceDevice> All => _devices;

    public IInferenceDevice? Find(string key) => _devices.FirstOrDefault(device => device.Status.Key == key);

    public async ValueTask DisposeAsync()
    {
        foreach (var device in _devices)
            await device.DisposeAsync();
    }
}
