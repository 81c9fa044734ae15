using System.Globalization;
using System.Net;
using System.Text;

namespace Orleans.Runtime;

/// <summary>One incarnation of a silo: its endpoint and the generation that tells restarts apart. Printed as <c>S127.0.0.1:11111:42</c>, parsed as <c>127.0.0.1:11111@42</c>.</summary>
public sealed class SiloAddress : IEquatable<SiloAddress>, IComparable<SiloAddress>, ISpanFormattable, IParsable<SiloAddress>, IUtf8SpanParsable<SiloAddress>
{
    private static int s_lastGeneration;
    private readonly int _hashCode;

    private SiloAddress(IPEndPoint endpoint, int generation)
    {
        Endpoint = endpoint;
        Generation = generation;
        _hashCode = StableHash.Compute(Encoding.ASCII.GetBytes(ToParsableString()));
    }

    public IPEndPoint Endpoint { get; }
    public int Generation { get; }
    public static SiloAddress Zero { get; } = New(IPAddress.Any, 0, 0);
    public bool IsClient => Generation < 0;

    public static SiloAddress New(IPEndPoint ep, int gen)
    {
        ArgumentNullException.ThrowIfNull(ep);
        return new SiloAddress(ep, gen);
    }

    public static SiloAddress New(IPAddress address, int port, int generation) => new(new IPEndPoint(address, port), generation);

    /// <summary>Seconds since 2010, and never twice the same in one process.</summary>
    public static int AllocateNewGeneration()
    {
        var now = (int)(DateTime.UtcNow - new DateTime(2010, 1, 1, 0, 0, 0, DateTimeKind.Utc)).TotalSeconds;
        while (true)
        {
            var last = Volatile.Read(ref s_lastGeneration);
            var next = Math.Max(now, last + 1);
            if (Interlocked.CompareExchange(ref s_lastGeneration, next, last) == last)
                return next;
        }
    }

    public string ToParsableString() => string.Create(CultureInfo.InvariantCulture, $"{Endpoint.Address}:{Endpoint.Port}@{Generation}");
    public static SiloAddress FromParsableString(string addr) => Parse(addr);
    public static SiloAddress Parse(string value) => TryParse(value, out var result) ? result : throw new FormatException($"'{value}' is not a silo address: expected IP:port@generation.");
    public static SiloAddress Parse(string value, IFormatProvider provider = null) => Parse(value);
    public static bool TryParse(string value, IFormatProvider provider, out SiloAddress result) => TryParse(value, out result);

    public static bool TryParse(string value, out SiloAddress result)
    {
        result = null;
        var at = value?.LastIndexOf('@') ?? -1;
        var colon = at > 0 ? value.LastIndexOf(':', at) : -1;
        if (colon <= 0
            || !IPAddress.TryParse(value.AsSpan(0, colon), out var ip)
            || !ushort.TryParse(value.AsSpan(colon + 1, at - colon - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port)
            || !int.TryParse(value.AsSpan(at + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var generation))
            return false;
        result = New(ip, port, generation);
        return true;
    }

    public static SiloAddress FromUtf8String(ReadOnlySpan<byte> addr) => Parse(Encoding.UTF8.GetString(addr));
    public static SiloAddress Parse(ReadOnlySpan<byte> utf8Text) => FromUtf8String(utf8Text);
    public static SiloAddress Parse(ReadOnlySpan<byte> utf8Text, IFormatProvider provider = null) => FromUtf8String(utf8Text);
    public static bool TryParse(ReadOnlySpan<byte> utf8Text, out SiloAddress result) => TryParse(Encoding.UTF8.GetString(utf8Text), out result);
    public static bool TryParse(ReadOnlySpan<byte> utf8Text, IFormatProvider provider, out SiloAddress result) => TryParse(utf8Text, out result);
    public string ToStringWithHashCode() => $"{this}/x{_hashCode:X8}";
    public int GetConsistentHashCode() => _hashCode;

    public uint[] GetUniformHashCodes(int numHashes)
    {
        var hashes = new uint[numHashes];
        for (var i = 0; i < numHashes; i++)
            hashes[i] = StableHash.Compute($"{ToParsableString()}#{i}");
        return hashes;
    }

    /// <summary>Whether this is a later incarnation on the same endpoint.</summary>
    public bool IsSuccessorOf(SiloAddress other) => Endpoint.Equals(other.Endpoint) && Generation > other.Generation;
    public bool IsPredecessorOf(SiloAddress other) => Endpoint.Equals(other.Endpoint) && Generation < other.Generation;

    public bool Equals(SiloAddress other) =>
        ReferenceEquals(this, other) || (other is not null && _hashCode == other._hashCode && Generation == other.Generation && Endpoint.Equals(other.Endpoint));

    public override bool Equals(object obj) => Equals(obj as SiloAddress);
    public override int GetHashCode() => _hashCode;
    public int CompareTo(SiloAddress other) => string.CompareOrdinal(ToParsableString(), other?.ToParsableString());
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{(IsClient ? 'C' : 'S')}{Endpoint.Address}:{Endpoint.Port}:{Generation}");
    string IFormattable.ToString(string format, IFormatProvider formatProvider) => ToString();

    bool ISpanFormattable.TryFormat(Span<char> destination, out int charsWritten, ReadOnlySpan<char> format, IFormatProvider provider) =>
        destination.TryWrite($"{ToString()}", out charsWritten);
}
