using Nsn.Grains.Slots;
using Orleans.Placement;

namespace Nsn.Grains.Inference;

/// <summary>
/// Stands for one device. Placed where it is first called, which is the silo that has the device: that silo wakes it before it reports
/// it to the directory. Anywhere else the activation is refused, so a call that comes after that silo's death fails instead of waiting.
/// </summary>
[Reentrant, KeepAlive, PreferLocalPlacement]
internal sealed class InferenceGrain(IInferenceDevices devices) : Grain, IInferenceGrain
{
    private IInferenceDevice _device = null!;

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        var key = this.GetPrimaryKeyString();
        _device = devices.Find(key)
            ?? throw new SiloUnavailableException($"Device {key} is not on this silo. Ask the device directory for one that reports.");
        return Task.CompletedTask;
    }

    public async Task<DeviceStatus> WarmAsync()
    {
        await _device.WarmAsync(CancellationToken.None);
        return _device.Status;
    }

    public Task<DeviceStatus> GetStatusAsync() => Task.FromResult(_device.Status);

    public Task<ClipManifest> GenerateAsync(SlotAssignment assignment, byte[] proposer, CancellationToken cancellationToken = default) =>
        _device.GenerateAsync(assignment, proposer, cancellationToken);

    public Task<ClipFindings> VerifyAsync(VerificationJob job, CancellationToken cancellationToken = default) =>
        _device.VerifyAsync(job, cancellationToken);
}
