using Nsn.Grains.Slots;

namespace Nsn.Grains.Inference;

/// <summary>A device that runs models, as the grain sees it. Work runs on threads of its own, never on a grain's scheduler.</summary>
public interface IInferenceDevice
{
    /// <summary>How it is now.</summary>
    DeviceStatus Status { get; }

    /// <summary>Loads the models and runs a canary through them; does nothing when that has happened.</summary>
    Task WarmAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Runs a canary when it is due: a job has failed, or none has shown for a while that the device works. What comes out is in <see cref="Status"/>; a device
    /// that did not pass is set up anew and tried again with the next call.
    /// </summary>
    Task CheckAsync(CancellationToken cancellationToken);

    /// <summary>Makes the clip of a slot and publishes its chunks.</summary>
    Task<ClipManifest> GenerateAsync(SlotAssignment assignment, byte[] proposer, CancellationToken cancellationToken);

    /// <summary>Fetches a published clip and checks it.</summary>
    Task<ClipFindings> VerifyAsync(VerificationJob job, CancellationToken cancellationToken);
}
