namespace Nsn.Engine.Runtime.Transport;

/// <summary>Carries frames between silos and clients.</summary>
public interface ITransport : IAsyncDisposable
{
    /// <summary>Begins to listen; frames go to the handler from then on.</summary>
    Task StartAsync(SiloAddress local, ITransportHandler handler, CancellationToken cancellationToken);

    /// <summary>Queues a frame and takes ownership of it; the frame is gone also where it was not queued.</summary>
    SendResult Send(SiloAddress target, Writer frame);
}
