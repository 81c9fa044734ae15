namespace Nsn.Engine.Runtime.Transport;

/// <summary>What became of a frame that was to be sent.</summary>
public enum SendResult
{
    /// <summary>It waits for its turn on the connection.</summary>
    Queued,

    /// <summary>The peer cannot be reached.</summary>
    Unreachable,

    /// <summary>As much waits for the peer as may: it does not read as fast as it is sent to.</summary>
    QueueFull,
}
