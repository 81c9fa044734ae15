using System.Globalization;
using System.Text;

namespace Nsn.WebRtc.Sdp;

/// <summary>A session description (RFC 8866), parsed without judging what it offers, and written.</summary>
public sealed class SessionDescription
{
    /// <summary>Longest text that is parsed, characters.</summary>
    public const int LengthMax = 64 * 1_024;

    /// <summary>Most media descriptions.</summary>
    public const int MediaMax = 32;

    private const int LinesMax = 4_096;

    /// <summary>The session identifier of the `o=` line.</summary>
    public string SessionId { get; init; } = "0";

    /// <summary>The version in the `o=` line.</summary>
    public long SessionVersion { get; init; } = 1;

    /// <summary>The attributes before the first media description.</summary>
    public List<SdpAttribute> Attributes { get; } = [];

    /// <summary>The media descriptions in their order.</summary>
    public List<SdpMedia> Media { get; } = [];

    /// <summary>The first session attribute's value.</summary>
    public string? Get(string name) => Attributes.Find(attribute => attribute.Name == name)?.Value;

    /// <summary>True if there is such a session attribute.</summary>
    public bool Has(string name) => Attributes.Exists(attribute => attribute.Name == name);

    /// <summary>Adds a session attribute.</summary>
    public void Add(string name, string? value = null) => Attributes.Add(new SdpAttribute(name, value));

    /// <summary>The attribute of a media description, or else of the session (as for ice-ufrag, fingerprint, setup).</summary>
    public string? Get(SdpMedia media, string name) => media.Get(name) ?? Get(name);

    /// <summary>Parses a description; lines may end with CR LF or LF, unknown lines are skipped.</summary>
    public static bool TryParse(string text, out SessionDescription? description, out string? reason)
    {
        description = null;
        if (text.Length > LengthMax)
        {
            reason = $"the description is longer than {LengthMax} characters";
            return false;
        }

        SessionDescription result = new();
        SdpMedia? media = null;
        int lines = 0;
        bool first = true;
        foreach (ReadOnlySpan<char> raw in text.AsSpan().EnumerateLines())
        {
            ReadOnlySpan<char> line = raw.TrimEnd();
            if (line.IsEmpty)
            {
                continue;
            }

            if (++lines > LinesMax || line.Length < 2 || line[1] != '=')
            {
                reason = lines > LinesMax ? "too many lines" : $"line {lines} is not of the form x=value";
                return false;
            }

            if (first && !line.SequenceEqual("v=0"))
            {
                reason = "the first line is not v=0";
                return false;
            }

            first = false;
            switch (line[0])
            {
                case 'm':
                    media = ParseMedia(line[2..].ToString());
                    if (media is null || result.Media.Count == MediaMax)
                    {
                        reason = media is null ? $"line {lines}: a wrong m= line" : "too many m= lines";
                        return false;
                    }

                    result.Media.Add(media);
                    break;
                case 'a':
                    (media?.Attributes ?? result.Attributes).Add(ParseAttribute(line[2..]));
                    break;
            }
        }

        description = result;
        reason = first ? "the description is empty" : null;
        return !first;
    }

    /// <summary>Writes the description with CR LF line ends.</summary>
    public override string ToString()
    {
        StringBuilder text = new(2_048);
        text.Append("v=0\r\n");
        text.Append(CultureInfo.InvariantCulture, $"o=- {SessionId} {SessionVersion} IN IP4 127.0.0.1\r\n");
        text.Append("s=-\r\nt=0 0\r\n");
        Append(text, Attributes);
        foreach (SdpMedia media in Media)
        {
            text.Append(CultureInfo.InvariantCulture, $"m={media.Kind} {media.Port} {media.Protocol} {string.Join(' ', media.Formats)}\r\n");
            text.Append("c=IN IP4 0.0.0.0\r\n");
            Append(text, media.Attributes);
        }

        return text.ToString();
    }

    internal static SdpAttribute ParseAttribute(ReadOnlySpan<char> text)
    {
        int colon = text.IndexOf(':');
        return colon < 0 ? new SdpAttribute(text.ToString()) : new SdpAttribute(text[..colon].ToString(), text[(colon + 1)..].Trim().ToString());
    }

    private static void Append(StringBuilder text, List<SdpAttribute> attributes)
    {
        foreach (SdpAttribute attribute in attributes)
        {
            text.Append("a=").Append(attribute.Name);
            if (attribute.Value is not null)
            {
                text.Append(':').Append(attribute.Value);
            }

            text.Append("\r\n");
        }
    }

    private static SdpMedia? ParseMedia(string value)
    {
        string[] parts = value.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (parts.Length < 4 || parts.Length > 260)
        {
            return null;
        }

        string port = parts[1].Split('/')[0];
        return ushort.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out ushort number)
            ? new SdpMedia { Kind = parts[0], Port = number, Protocol = parts[2], Formats = parts[3..] }
            : null;
    }
}
