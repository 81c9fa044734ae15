using System.Text;
using Nsn.WebRtc.Ice;

namespace Nsn.WebRtc.Sdp;

/// <summary>An SDP fragment of trickle ICE (RFC 8840 section 9).</summary>
/// <param name="Credentials">The credentials, if it has any.</param>
/// <param name="Candidates">The candidates whose address is an IP address.</param>
public sealed record IceFragment(IceCredentials? Credentials, IReadOnlyList<IceCandidate> Candidates)
{
    /// <summary>Parses a fragment.</summary>
    public static bool TryParse(string text, out IceFragment? fragment, out string? reason)
    {
        fragment = null;
        reason = text.Length > SessionDescription.LengthMax ? "too long" : null;
        if (reason is not null)
        {
            return false;
        }

        string? usernameFragment = null;
        string? password = null;
        List<IceCandidate> candidates = [];
        foreach (ReadOnlySpan<char> raw in text.AsSpan().EnumerateLines())
        {
            ReadOnlySpan<char> line = raw.TrimEnd();
            if (line.Length == 0 || line[0] != 'a')
            {
                continue;
            }

            if (line.Length < 3 || line[1] != '=')
            {
                reason = "a line is not of the form a=value";
                return false;
            }

            SdpAttribute attribute = SessionDescription.ParseAttribute(line[2..]);
            switch (attribute.Name)
            {
                case "ice-ufrag":
                    usernameFragment = attribute.Value;
                    break;
                case "ice-pwd":
                    password = attribute.Value;
                    break;
                case "candidate" when candidates.Count < 32 && IceCandidate.TryParse(attribute.Value ?? string.Empty, out IceCandidate? candidate):
                    candidates.Add(candidate!);
                    break;
            }
        }

        bool hasBoth = usernameFragment is { Length: >= 4 and <= 256 } && password is { Length: >= 22 and <= 256 };
        if (!hasBoth && (password is not null || (usernameFragment is not null && usernameFragment.Length is < 4 or > 256)))
        {
            reason = "ice-ufrag or ice-pwd is missing or has a wrong length";
            return false;
        }

        fragment = new IceFragment(hasBoth ? new IceCredentials(usernameFragment!, password!) : null, candidates);
        return true;
    }

    /// <summary>Writes our credentials and candidates.</summary>
    /// <param name="credentials">The new ones.</param>
    /// <param name="candidates">All of them.</param>
    /// <param name="mediaLines">The lines `m=` and `a=mid:` of the section that carries the transport, each with its end.</param>
    public static string Write(IceCredentials credentials, IEnumerable<IceCandidate> candidates, string mediaLines)
    {
        StringBuilder text = new();
        text.Append("a=ice-lite\r\na=ice-ufrag:").Append(credentials.UsernameFragment).Append("\r\na=ice-pwd:").Append(credentials.Password).Append("\r\n");
        text.Append(mediaLines);
        foreach (IceCandidate candidate in candidates)
        {
            text.Append("a=candidate:").Append(candidate.ToSdp()).Append("\r\n");
        }

        return text.Append("a=end-of-candidates\r\n").ToString();
    }
}
