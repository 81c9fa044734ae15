namespace Nsn.Grains.Channels;

/// <summary>What became of a submission.</summary>
[GenerateSerializer, Alias("nsn.enqueue-outcome")]
public enum EnqueueOutcome
{
    /// <summary>It waits in the queue.</summary>
    Accepted,

    /// <summary>It was accepted before under the same key.</summary>
    Repeated,

    /// <summary>The queue is full: try again after the next slot.</summary>
    QueueFull,

    /// <summary>This sender has its share of the queue already.</summary>
    TooMany,

    /// <summary>The idempotency key stands for another recipe.</summary>
    KeyReused,

    /// <summary>The recipe breaks a bound.</summary>
    Invalid,

    /// <summary>Another recipe of this channel has that name.</summary>
    IdTaken,
}
