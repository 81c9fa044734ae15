namespace Nsn.Engine.Runtime.Transport;

/// <summary>Receives what a transport carries. Called on any thread, for one peer one at a time.</summary>
public interface ITransportHandler
{
    /// <summary>A frame arrived. The buffer is valid during the call only. False when it makes no sense: the peer is not to be trusted further.</summary>
    bool OnFrame(SiloAddress from, byte[] buffer, int offset, int count);

    /// <summary>The connection to a peer is gone; what was under way may or may not have arrived.</summary>
    void OnDisconnected(SiloAddress peer, string reason);
}
