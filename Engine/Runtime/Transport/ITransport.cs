namespace Nsn.Engine.Runtime.Transport;

/// <summary>Carries frames between silos and clients.</summary>
public interface ITransport : IAsyncDisposable
{
    /// <summary>Begins to listen; frames go to the handler from then on.</summary>
    Task StartAsync(SiloAddress local, ITransportHandler handler, CancellationToken cancellationToken);

    /// <summary>
    /// Queues a frame and takes ownership of it. False when the peer cannot be reached or its queue is full; the frame is gone then too.
    /// </summary>
    bool TrySend(SiloAddress target, Writer frame);
}
