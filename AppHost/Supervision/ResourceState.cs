namespace Nsn.AppHost.Supervision;

/// <summary>Life of an instance.</summary>
public enum ResourceState
{
    /// <summary>Not started.</summary>
    Stopped,

    /// <summary>Something that it depends on is not ready.</summary>
    Waiting,

    /// <summary>Provisioning or creating data.</summary>
    Preparing,

    /// <summary>The process runs and has not been healthy yet.</summary>
    Starting,

    /// <summary>Healthy.</summary>
    Ready,

    /// <summary>It was healthy and is no longer.</summary>
    Unhealthy,

    /// <summary>It ended with an error and will be started again after a pause.</summary>
    Restarting,

    /// <summary>It has been asked to end.</summary>
    Stopping,

    /// <summary>A step that is done.</summary>
    Finished,
}
