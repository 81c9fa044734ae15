namespace Nsn.Grains.Inference;

/// <summary>A device that runs models.</summary>
/// <param name="Key">"silo name/device", the key of its <see cref="IInferenceGrain"/>.</param>
/// <param name="Provider">"cpu", "cuda" or "webgpu".</param>
/// <param name="Region">Where the silo says that it stands.</param>
/// <param name="WarmPacks">Hashes (hexadecimal) of the model packs that are loaded.</param>
/// <param name="FreeMemory">Bytes of device memory that are free (for a CPU: of the budget it was given).</param>
/// <param name="QueuedJobs">Jobs that wait.</param>
/// <param name="RunningJobs">Jobs that run.</param>
/// <param name="QueueWait">Estimated wait of a new job, from the last jobs' durations.</param>
/// <param name="ReportedAt">When this was true.</param>
/// <param name="Failure">Why it is given no jobs, or null while it works: its last canary did not pass. It says so itself, and says when that is over.</param>
[GenerateSerializer, Immutable, Alias("nsn.device-status")]
public sealed record DeviceStatus(
    [property: Id(0)] string Key,
    [property: Id(1)] string Provider,
    [property: Id(2)] string Region,
    [property: Id(3)] string[] WarmPacks,
    [property: Id(4)] long FreeMemory,
    [property: Id(5)] int QueuedJobs,
    [property: Id(6)] int RunningJobs,
    [property: Id(7)] TimeSpan QueueWait,
    [property: Id(8)] DateTimeOffset ReportedAt,
    [property: Id(9)] string? Failure = null);
