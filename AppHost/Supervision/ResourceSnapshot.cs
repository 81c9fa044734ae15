namespace Nsn.AppHost.Supervision;

/// <summary>How an instance is at one moment.</summary>
/// <param name="Name">Instance name.</param>
/// <param name="Resource">Resource name.</param>
/// <param name="Kind">What kind of thing it is.</param>
/// <param name="State">Where in its life.</param>
/// <param name="Detail">What is wrong or waited for; empty where nothing is.</param>
/// <param name="Restarts">How often it was started again after an error.</param>
/// <param name="ProcessId">Process id, where it is a process.</param>
/// <param name="ExitCode">How the last process ended.</param>
/// <param name="StartedAt">When the present process was started.</param>
/// <param name="Complaint">The last warning or error in its console since it was started; null where there is none, and where it is well.</param>
/// <param name="Endpoints">Where it listens.</param>
public sealed record ResourceSnapshot(
    string Name,
    string Resource,
    string Kind,
    ResourceState State,
    string Detail,
    int Restarts,
    int? ProcessId,
    int? ExitCode,
    DateTimeOffset? StartedAt,
    string? Complaint,
    IReadOnlyList<EndpointSnapshot> Endpoints);

/// <summary>An endpoint of an instance.</summary>
/// <param name="Name">Name within the resource.</param>
/// <param name="Address">For instance <c>http://127.0.0.1:8080</c>.</param>
/// <param name="IsShown">Whether a person would open it.</param>
public sealed record EndpointSnapshot(string Name, string Address, bool IsShown);
