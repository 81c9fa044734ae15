namespace Nsn.AppHost.Model;

/// <summary>How a process is started and ended.</summary>
public sealed record LaunchPlan
{
    /// <summary>Program, by path or by name on PATH.</summary>
    public required string FileName { get; init; }

    /// <summary>Its arguments.</summary>
    public IReadOnlyList<string> Arguments { get; init; } = [];

    /// <summary>Its working directory.</summary>
    public required string WorkingDirectory { get; init; }

    /// <summary>Variables beyond those of the resource.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>Whether it refuses root, so that it runs as an unprivileged user where we are root.</summary>
    public bool Unprivileged { get; init; }

    /// <summary>
    /// Whether it starts others that would go on without it: on Linux they, too, end when AppHost is killed. It is killed with them at once then, and when
    /// it is asked to end.
    /// </summary>
    public bool StartsOthers { get; init; }

    /// <summary>Signal that asks it to end in good order.</summary>
    public StopSignal StopSignal { get; init; } = StopSignal.Terminate;

    /// <summary>Time it has for that before it is killed.</summary>
    public TimeSpan StopTimeout { get; init; } = TimeSpan.FromSeconds(10);
}
