namespace Nsn.WebRtc.Sctp;

/// <summary>How one message is to be delivered (RFC 3758).</summary>
/// <param name="Unordered">It may overtake others of its stream.</param>
/// <param name="MaxRetransmits">Repetitions of any of its fragments before it is given up; null for as many as it takes.</param>
/// <param name="Lifetime">Time from <c>Send</c> after which it is no longer sent or repeated; null for for ever.</param>
public readonly record struct SctpSendOptions(bool Unordered = false, int? MaxRetransmits = null, TimeSpan? Lifetime = null);
