using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Nsn.WebRtc.Hosting;

/// <summary>Values of the `Link` header that tell a WHEP or WHIP client about STUN and TURN servers (RFC 9725 section 4.6).</summary>
public static class IceServerLink
{
    /// <summary>A STUN server.</summary>
    /// <param name="uri">For example `stun:stun.example.net`.</param>
    public static string Stun(string uri) => $"<{Checked(uri, "stun:", "stuns:")}>; rel=\"ice-server\"";

    /// <summary>A TURN server with a user name and password.</summary>
    /// <param name="uri">For example `turn:turn.example.net?transport=udp`.</param>
    /// <param name="username">The user name.</param>
    /// <param name="credential">The password.</param>
    public static string Turn(string uri, string username, string credential) =>
        $"<{Checked(uri, "turn:", "turns:")}>; rel=\"ice-server\"; username=\"{Quoted(username)}\"; credential=\"{Quoted(credential)}\"; credential-type=\"password\"";

    /// <summary>
    /// A TURN server with credentials that expire (draft-uberti-behave-turn-rest): the user name is the time of expiry, the password its HMAC-SHA1 under a
    /// secret that the TURN server knows (`static-auth-secret` of coturn).
    /// </summary>
    /// <param name="uri">For example `turn:turn.example.net?transport=udp`.</param>
    /// <param name="secret">What both servers know.</param>
    /// <param name="user">Shows up in the TURN server's log.</param>
    /// <param name="expiry">Until when new allocations may be made.</param>
    public static string Turn(string uri, string secret, string user, DateTimeOffset expiry)
    {
        string username = string.Create(CultureInfo.InvariantCulture, $"{expiry.ToUnixTimeSeconds()}:{user}");
#pragma warning disable CA5350 // The scheme of TURN servers prescribes HMAC-SHA1, which is not broken.
        byte[] password = HMACSHA1.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes(username));
#pragma warning restore CA5350
        return Turn(uri, username, Convert.ToBase64String(password));
    }

    private static string Checked(string uri, params ReadOnlySpan<string> schemes)
    {
        foreach (string scheme in schemes)
        {
            if (uri.StartsWith(scheme, StringComparison.Ordinal) && !uri.AsSpan().ContainsAny('>', '\r', '\n'))
            {
                return uri;
            }
        }

        throw new ArgumentException($"'{uri}' is not an address of the form {schemes[0]}host[:port].", nameof(uri));
    }

    private static string Quoted(string text) => text.AsSpan().ContainsAny('\r', '\n')
        ? throw new ArgumentException("A header's value has one line.", nameof(text))
        : text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal);
}
