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
    /// <param name="share">The place of its address, given back when the connection ends or is refused; null for the gateway's own.</param>
    /// <param name="id">Name of the connection.</param>
    /// <param name="answer">SDP.</param>
    /// <param name="reason">Why it is refused.</param>
    public bool TryAccept(string offer, IDisposable? share, out string id, out string answer, out string reason)
    {
        if (!server.TryAccept(offer, session => session with { SendMedia = false, ReceiveMedia = false }, out var connection, out answer, out var why))
        {
            share?.Dispose();
            (id, reason) = ("", why ?? "unknown reason");
            return false;
        }

        if (share is not null)
        {
            connection!.Tag = share;
            _ = GiveBackAsync(connection, share);
        }

        new PlayerLink(connection!, tails, sessions, time, logger).Attach();
        (id, reason) = (connection!.Id, "");
        return true;
    }

    private static async Task GiveBackAsync(WebRtcConnection connection, IDisposable share)
    {
        using (share)
            await connection.Closed;
    }

    /// <summary>Ends a connection.</summary>
    public bool Close(string id)
    {
        if (!server.TryGet(id, out var connection))
            return false;
        connection!.Close();
        // At once, so that whoever has ended a connection may begin another.
        (connection.Tag as IDisposable)?.Dispose();
        return true;
    }
}
