namespace Nsn.WebRtc.Sdp;

/// <summary>A media description: an `m=` line and what belongs to it (RFC 8866 section 5.14).</summary>
public sealed class SdpMedia
{
    /// <summary>audio, video or application.</summary>
    public required string Kind { get; init; }

    /// <summary>0 means rejected or bundle-only.</summary>
    public int Port { get; init; } = 9;

    /// <summary>For example UDP/TLS/RTP/SAVPF.</summary>
    public required string Protocol { get; init; }

    /// <summary>Payload types, or `webrtc-datachannel`.</summary>
    public IReadOnlyList<string> Formats { get; init; } = [];

    /// <summary>The attributes in their order.</summary>
    public List<SdpAttribute> Attributes { get; } = [];

    /// <summary>The first attribute's value; null if it is not there or has none.</summary>
    public string? Get(string name) => Attributes.Find(attribute => attribute.Name == name)?.Value;

    /// <summary>True if there is such an attribute.</summary>
    public bool Has(string name) => Attributes.Exists(attribute => attribute.Name == name);

    /// <summary>The values of all attributes of a name.</summary>
    public IEnumerable<string> All(string name) =>
        Attributes.Where(attribute => attribute.Name == name && attribute.Value is not null).Select(attribute => attribute.Value!);

    /// <summary>Adds an attribute.</summary>
    public void Add(string name, string? value = null) => Attributes.Add(new SdpAttribute(name, value));

    /// <summary>sendrecv, sendonly, recvonly or inactive (RFC 8866 section 6.7).</summary>
    public string Direction =>
        Has("sendonly") ? "sendonly" : Has("recvonly") ? "recvonly" : Has("inactive") ? "inactive" : "sendrecv";
}
