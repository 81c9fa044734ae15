using System.Globalization;

namespace Nsn.WebRtc.Sdp;

/// <summary>A payload type with its codec, as rtpmap, fmtp and rtcp-fb say it.</summary>
public sealed record RtpCodec
{
    /// <summary>Kinds of feedback that are read of one codec: thousands of lines for all of 256 payload types would be millions of entries.</summary>
    internal const int FeedbackMax = 16;

    /// <summary>0 to 127.</summary>
    public required byte PayloadType { get; init; }

    /// <summary>For example VP8, opus, rtx.</summary>
    public required string Name { get; init; }

    /// <summary>Hertz.</summary>
    public required int ClockRate { get; init; }

    /// <summary>1 unless said otherwise.</summary>
    public int Channels { get; init; } = 1;

    /// <summary>The format parameters as they are; empty if there are none.</summary>
    public string Parameters { get; init; } = string.Empty;

    /// <summary>The feedback kinds, for example `nack pli`.</summary>
    public IReadOnlyList<string> Feedback { get; init; } = [];

    /// <summary>Tells whether the name is this one, whatever the case.</summary>
    public bool Is(string name) => string.Equals(Name, name, StringComparison.OrdinalIgnoreCase);

    /// <summary>A format parameter; null if it is not there.</summary>
    public string? Parameter(string name)
    {
        foreach (string part in Parameters.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            int equals = part.IndexOf('=', StringComparison.Ordinal);
            if (equals > 0 && string.Equals(part[..equals], name, StringComparison.OrdinalIgnoreCase))
            {
                return part[(equals + 1)..];
            }
        }

        return null;
    }

    /// <summary>Reads the codecs of a media description in the order of preference.</summary>
    public static IReadOnlyList<RtpCodec> ReadAll(SdpMedia media)
    {
        Dictionary<string, string> parameters = ReadByPayloadType(media, "fmtp");
        Dictionary<string, string> maps = ReadByPayloadType(media, "rtpmap");
        ILookup<string, string> feedback = media.All("rtcp-fb").Select(SplitFirst).ToLookup(pair => pair.Key, pair => pair.Value);
        List<RtpCodec> codecs = [];
        foreach (string format in media.Formats)
        {
            if (!byte.TryParse(format, NumberStyles.None, CultureInfo.InvariantCulture, out byte payloadType) || payloadType > 127 ||
                !maps.TryGetValue(format, out string? map))
            {
                continue;
            }

            string[] parts = map.Split('/');
            if (parts.Length < 2 || !int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out int clockRate) || clockRate <= 0)
            {
                continue;
            }

            int channels = parts.Length > 2 && int.TryParse(parts[2], NumberStyles.None, CultureInfo.InvariantCulture, out int count) ? count : 1;
            codecs.Add(new RtpCodec
            {
                PayloadType = payloadType,
                Name = parts[0],
                ClockRate = clockRate,
                Channels = channels,
                Parameters = parameters.GetValueOrDefault(format, string.Empty),
                Feedback = [.. feedback[format].Concat(feedback["*"]).Distinct().Take(FeedbackMax)],
            });
        }

        return codecs;
    }

    private static Dictionary<string, string> ReadByPayloadType(SdpMedia media, string name)
    {
        Dictionary<string, string> result = new(StringComparer.Ordinal);
        foreach (string value in media.All(name))
        {
            KeyValuePair<string, string> pair = SplitFirst(value);
            result.TryAdd(pair.Key, pair.Value);
        }

        return result;
    }

    private static KeyValuePair<string, string> SplitFirst(string value)
    {
        int space = value.IndexOf(' ', StringComparison.Ordinal);
        return space < 0 ? new(value, string.Empty) : new(value[..space], value[(space + 1)..].Trim());
    }
}
