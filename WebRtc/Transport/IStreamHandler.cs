using Nsn.WebRtc.Network;

namespace Nsn.WebRtc.Transport;

/// <summary>Who takes what comes over ICE-TCP.</summary>
internal interface IStreamHandler
{
    /// <summary>Takes one datagram, which may be changed in place. False if no session wanted it.</summary>
    bool HandleFrame(Span<byte> datagram, TransportAddress from);

    /// <summary>The connection is gone, whoever closed it.</summary>
    void HandleStreamClosed(TransportAddress from);
}
