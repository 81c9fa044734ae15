using System.Globalization;
using System.Net;
using Nsn.WebRtc.Network;

namespace Nsn.WebRtc.Ice;

/// <summary>A transport candidate as SDP carries it (RFC 8839 section 5.1).</summary>
/// <param name="Address">Where it can be reached.</param>
/// <param name="Kind">host, srflx, prflx or relay.</param>
/// <param name="Priority">RFC 8445 section 5.1.2.</param>
/// <param name="IsTcp">True for an ICE-TCP candidate (RFC 6544).</param>
/// <param name="TcpType">active, passive or so; null for UDP.</param>
public sealed record IceCandidate(TransportAddress Address, string Kind, uint Priority, bool IsTcp = false, string? TcpType = null)
{
    /// <summary>A host candidate; earlier indexes are preferred, UDP before TCP.</summary>
    public static IceCandidate Host(IPEndPoint endpoint, int index = 0, bool isTcp = false)
    {
        uint localPreference = (uint)((isTcp ? 32_767 : 65_535) - Math.Clamp(index, 0, 1_000));
        uint priority = (126u << 24) | (localPreference << 8) | 255;
        return new IceCandidate(TransportAddress.From(endpoint), "host", priority, isTcp, isTcp ? "passive" : null);
    }

    /// <summary>The value of the attribute `candidate`.</summary>
    public string ToSdp()
    {
        IPEndPoint endpoint = Address.ToEndPoint();
        string foundation = IsTcp ? "2" : "1";
        string text = string.Create(
            CultureInfo.InvariantCulture,
            $"{foundation} 1 {(IsTcp ? "tcp" : "udp")} {Priority} {endpoint.Address} {endpoint.Port} typ {Kind}");
        return IsTcp ? text + " tcptype " + (TcpType ?? "passive") : text;
    }

    /// <summary>Parses the attribute's value. Names instead of addresses (mDNS) are not resolved: such a candidate fails to parse.</summary>
    public static bool TryParse(string value, out IceCandidate? candidate)
    {
        candidate = null;
        string[] parts = value.Split(' ', 32, StringSplitOptions.RemoveEmptyEntries);
        if (parts.Length < 8 || parts[1] != "1" || parts[6] != "typ" ||
            !uint.TryParse(parts[3], NumberStyles.None, CultureInfo.InvariantCulture, out uint priority) ||
            !IPAddress.TryParse(parts[4], out IPAddress? address) ||
            !ushort.TryParse(parts[5], NumberStyles.None, CultureInfo.InvariantCulture, out ushort port))
        {
            return false;
        }

        bool isTcp = string.Equals(parts[2], "tcp", StringComparison.OrdinalIgnoreCase);
        int typeIndex = Array.IndexOf(parts, "tcptype");
        string? tcpType = typeIndex > 0 && typeIndex + 1 < parts.Length ? parts[typeIndex + 1] : null;
        candidate = new IceCandidate(TransportAddress.From(new IPEndPoint(address, port)), parts[7], priority, isTcp, tcpType);
        return true;
    }
}
