using System.Security.Cryptography;
using Nsn.WebRtc.Hosting;

namespace Nsn.WebRtc.Tests;

public class IceServerLinkTests
{
    [Fact]
    public void turn_credentials_carry_their_expiry_and_its_authentication_code()
    {
        string link = IceServerLink.Turn("turn:turn.example.net?transport=udp", "secret", "viewer", DateTimeOffset.FromUnixTimeSeconds(1_800_000_000));
#pragma warning disable CA5350 // What TURN servers expect.
        string password = Convert.ToBase64String(HMACSHA1.HashData("secret"u8, "1800000000:viewer"u8));
#pragma warning restore CA5350
        Assert.Equal(
            $"<turn:turn.example.net?transport=udp>; rel=\"ice-server\"; username=\"1800000000:viewer\"; credential=\"{password}\"; credential-type=\"password\"", link);
    }

    [Theory]
    [InlineData("https://example.net")]
    [InlineData("turn:example.net>\r\nSet-Cookie: a")]
    public void addresses_that_are_no_turn_server_are_refused(string uri) =>
        Assert.Throws<ArgumentException>(() => IceServerLink.Turn(uri, "user", "password"));

    [Fact]
    public void stun_servers_need_no_credentials() =>
        Assert.Equal("<stun:stun.example.net>; rel=\"ice-server\"", IceServerLink.Stun("stun:stun.example.net"));
}
