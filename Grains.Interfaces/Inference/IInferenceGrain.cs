using Nsn.Grains.Slots;

namespace Nsn.Grains.Inference;

/// <summary>
/// One device that runs models; the key is "silo name/device". It lives on the silo that has the device and nowhere else: anywhere else
/// its activation is refused.
/// </summary>
[Alias("nsn.inference")]
public interface IInferenceGrain : IGrainWithStringKey
{
    /// <summary>Loads the models, runs a canary clip through them, and reports. Repeated calls do nothing.</summary>
    [ResponseTimeout("00:03:00")]
    Task<DeviceStatus> WarmAsync();

    /// <summary>What the device is, has loaded and is busy with.</summary>
    Task<DeviceStatus> GetStatusAsync();

    /// <summary>Makes the clip of a slot and puts its chunks into the content store.</summary>
    [ResponseTimeout("00:03:00")]
    Task<ClipManifest> GenerateAsync(SlotAssignment assignment, byte[] proposer, CancellationToken cancellationToken = default);

    /// <summary>Fetches a published clip, checks every hash, decodes, embeds and regenerates samples of it.</summary>
    [ResponseTimeout("00:03:00")]
    Task<ClipFindings> VerifyAsync(VerificationJob job, CancellationToken cancellationToken = default);
}
