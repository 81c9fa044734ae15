using System.Text;

namespace Nsn.WebRtc.Ice;

/// <summary>A user name fragment and password of one side (RFC 8445 section 5.3).</summary>
/// <param name="UsernameFragment">4 to 256 characters.</param>
/// <param name="Password">22 to 256 characters.</param>
public sealed record IceCredentials(string UsernameFragment, string Password)
{
    private const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

    internal byte[] PasswordBytes { get; } = Encoding.UTF8.GetBytes(Password);

    /// <summary>Makes fresh credentials: 48 random bits name the session, 144 protect it.</summary>
    public static IceCredentials Create(IRandomSource random)
    {
        Span<byte> bytes = stackalloc byte[32];
        random.Fill(bytes);
        Span<char> text = stackalloc char[32];
        for (int i = 0; i < text.Length; i++)
        {
            text[i] = Alphabet[bytes[i] & 63];
        }

        return new IceCredentials(new string(text[..8]), new string(text[8..]));
    }
}
