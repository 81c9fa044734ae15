using Nsn.WebRtc.Network;
using Nsn.WebRtc.Sessions;

namespace Nsn.WebRtc.Transport;

/// <summary>What a <see cref="WebRtcConnection"/> needs of whoever owns its socket.</summary>
internal interface IConnectionHost
{
    /// <summary>The monotonic time.</summary>
    TimeSpan Now { get; }

    /// <summary>This thread's batch; whoever fills it flushes it before anybody else on the thread can, unless the thread holds it for several sessions.</summary>
    SendBatch Batch { get; }

    /// <summary>The connection is closed.</summary>
    void Forget(WebRtcConnection connection, SessionClosed closed);

    /// <summary>The connection has another local user name after an ICE restart.</summary>
    void AddUsername(string usernameFragment, WebRtcConnection connection);

    /// <summary>A user name of before the last ICE restarts is good no more.</summary>
    void RemoveUsername(string usernameFragment, WebRtcConnection connection);

    /// <summary>A handler of the connection's, or its session, threw; the connection closes.</summary>
    void Report(WebRtcConnection connection, Exception exception);
}
