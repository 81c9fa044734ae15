using Nsn.Gateway.Channels;
using Nsn.WebRtc.Transport;

namespace Nsn.Gateway.Sessions;

/// <summary>Answers players' offers; used by HTTP and by the signalling socket alike.</summary>
internal sealed class PlayerOffers(
    WebRtcServer server, ChannelTails tails, ViewerSessions sessions, TimeProvider time, ILogger<PlayerLink> logger)
{
    /// <summary>Whether another connection may come.</summary>
    public bool IsFull => server.IsFull;

    /// <summary>Accepts an offer.</summary>
    /// <param name="offer">SDP.</param>
    /// <param name="id">Name of the connection.</param>
    /// <param name="answer">SDP.</param>
    /// <param name="reason">Why it is refused.</param>
    public bool TryAccept(string offer, out string id, out string answer, out string reason)
    {
        if (!server.TryAccept(offer, session => session with { SendMedia = false, ReceiveMedia = false }, out var connection, out answer, out var why))
        {
            (id, reason) = ("", why ?? "unknown reason");
            return false;
        }

        new PlayerLink(connection!, tails, sessions, time, logger).Attach();
        (id, reason) = (connection!.Id, "");
        return true;
    }

    /// <summary>Ends a connection.</summary>
    public bool Close(string id)
    {
        if (!server.TryGet(id, out var connection))
            return false;
        connection!.Close();
        return true;
    }
}
