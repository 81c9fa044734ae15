using Nsn.WebRtc.Network;

namespace Nsn.WebRtc.Sessions;

/// <summary>One output of a session.</summary>
/// <param name="Kind">Which of the following count.</param>
/// <param name="Length">Length of the datagram in the caller's buffer, bytes.</param>
/// <param name="To">Where it goes.</param>
/// <param name="Event">The event.</param>
/// <param name="Deadline">When the session wants to be called next; <see cref="TimeSpan.MaxValue"/> for never.</param>
public readonly record struct PollResult(PollKind Kind, int Length, TransportAddress To, SessionEvent? Event, TimeSpan Deadline);
