using Nsn.WebRtc.Dtls;
using Nsn.WebRtc.Ice;
using Nsn.WebRtc.Media;

namespace Nsn.WebRtc.Sessions;

/// <summary>What a session needs from outside, and what it may negotiate.</summary>
public sealed record SessionOptions
{
    /// <summary>The most that <see cref="MaxMessageSize"/> may be, bytes.</summary>
    public const int MaxMessageSizeLimit = 64 * 1_024 * 1_024;

    /// <summary>Our certificate.</summary>
    public required DtlsCertificate Certificate { get; init; }

    /// <summary>Where the peer can reach us.</summary>
    public IReadOnlyList<IceCandidate> Candidates { get; init; } = [];

    /// <summary>The video codecs that we can send or take, best first.</summary>
    public IReadOnlyList<MediaCodec> VideoCodecs { get; init; } = [MediaCodec.Vp8];

    /// <summary>True if we send media (WHEP server, WHIP client).</summary>
    public bool SendMedia { get; init; } = true;

    /// <summary>True if we take media (WHIP server, WHEP client).</summary>
    public bool ReceiveMedia { get; init; }

    /// <summary>True if data channels may be negotiated.</summary>
    public bool DataChannels { get; init; } = true;

    /// <summary>Offers AES128_CM_HMAC_SHA1_80 alone. For tests and for peers whose GCM is broken.</summary>
    public bool LegacySrtpOnly { get; init; }

    /// <summary>Where keys, SSRCs and sequence numbers come from.</summary>
    public IRandomSource Random { get; init; } = SystemRandomSource.Instance;

    /// <summary>The wall clock's time when the session's monotonic time is zero; sender reports carry it.</summary>
    public DateTimeOffset Epoch { get; init; } = DateTimeOffset.UnixEpoch;

    /// <summary>The MediaStream's id and the RTCP canonical name.</summary>
    public string StreamName { get; init; } = "nsn";

    /// <summary>The bit rate at which the bandwidth estimate starts, bits per second.</summary>
    public int StartBitrate { get; init; } = 2_000_000;

    /// <summary>How long a player is asked to hold frames back on a clean link; after losses it is asked for more. At most 500 ms.</summary>
    public TimeSpan PlayoutDelay { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>No estimate goes above it, bits per second.</summary>
    public int MaxBitrate { get; init; } = 30_000_000;

    /// <summary>Longest data channel message that we take, bytes; 1 to <see cref="MaxMessageSizeLimit"/>. Twice as much, and at least 2 MiB, may wait in a session, and one message and 1 MiB more for its handlers.</summary>
    public int MaxMessageSize { get; init; } = 262_144;

    /// <summary>Throws where a value is out of its bounds, so that it does so where a session is made and not in the middle of its life.</summary>
    internal void Validate()
    {
        if (MaxMessageSize is < 1 or > MaxMessageSizeLimit)
        {
            throw new InvalidOperationException($"SessionOptions.MaxMessageSize is {MaxMessageSize} bytes; it must be 1 to {MaxMessageSizeLimit}.");
        }
    }
}
