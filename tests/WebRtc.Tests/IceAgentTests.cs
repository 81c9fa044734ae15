using System.Net;
using Nsn.WebRtc.Ice;
using Nsn.WebRtc.Media;
using Nsn.WebRtc.Network;
using Nsn.WebRtc.Rtp;
using Nsn.WebRtc.Sessions;
using Nsn.WebRtc.Stun;

namespace Nsn.WebRtc.Tests;

/// <summary>What a lite agent sends to addresses that nobody vouches for, and how long it goes on sending to those that somebody did.</summary>
public class IceAgentTests
{
    private static readonly TransportAddress IPv4 = TransportAddress.FromIPv4(0x0A00_0001, 40_000);
    private static readonly TransportAddress IPv6 = TransportAddress.From(new IPEndPoint(IPAddress.Parse("2001:db8::1"), 40_000));
    private static readonly TransportAddress Other = TransportAddress.FromIPv4(0x0A00_0002, 40_000);
    private static readonly int Rounds = int.TryParse(Environment.GetEnvironmentVariable("NSN_FUZZ_ROUNDS"), out int rounds) ? rounds : 20_000;

    public static TheoryData<TransportAddress, string> Checks() => new MatrixTheoryData<TransportAddress, string>(
        [IPv4, IPv6], ["smallest", "with a role", "wrong role", "unknown attribute", "browser"]);

    [Theory]
    [MemberData(nameof(Checks))]
    public void answer_is_never_longer_than_a_check_from_an_address_that_is_not_validated(TransportAddress from, string kind)
    {
        using Lite lite = new();
        byte[] check = lite.Check(kind);
        lite.Handle(check, from);
        Assert.All(lite.TakeSent(), sent => Assert.True(sent.Length <= check.Length, $"{check.Length} bytes came, {sent.Length} go to an address that may be forged"));
    }

    [Theory]
    [InlineData("with a role")]
    [InlineData("browser")]
    public void check_as_short_as_the_standard_allows_is_answered(string kind)
    {
        foreach (TransportAddress from in new[] { IPv4, IPv6 })
        {
            using Lite lite = new();
            Assert.True(lite.Handle(lite.Check(kind), from));
            Assert.Single(lite.TakeSent());
            Assert.Equal(from, lite.Agent.Selected);
        }
    }

    [Fact]
    public void errors_are_answered_where_the_check_is_long_enough()
    {
        using Lite lite = new();
        foreach ((string kind, int code) in new[] { ("wrong role", 487), ("unknown attribute", 420) })
        {
            lite.Handle(lite.Check(kind), IPv6);
            byte[] sent = Assert.Single(lite.TakeSent());
            Assert.True(StunMessage.TryParse(sent, out StunMessage answer, out string? reason), reason);
            Assert.Equal(code, answer.ErrorCode);
            Assert.True(answer.VerifyIntegrity(lite.Agent.Local.PasswordBytes));
        }
    }

    [Fact]
    public void mutated_checks_are_answered_with_no_more_bytes_and_no_memory()
    {
        using Lite lite = new();
        Random random = new(11);
        byte[][] checks = [.. new[] { "smallest", "with a role", "wrong role", "unknown attribute", "browser" }.Select(kind => lite.Check(kind))];
        byte[] sent = new byte[2_048];
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < Rounds; i++)
        {
            byte[] check = checks[random.Next(checks.Length)];
            byte[] mutated = [.. check];
            for (int changes = random.Next(3); changes > 0; changes--)
            {
                mutated[random.Next(mutated.Length)] ^= (byte)(1 << random.Next(8));
            }

            // Each from an address of its own, half of them IPv6.
            UInt128 host = (UInt128)i + 1 + (i % 2 == 0 ? IPv6.Address : IPv4.Address);
            lite.Handle(mutated, new TransportAddress(host, 1_000));
            int total = 0;
            while (lite.Output.TryDequeue(sent, out int length, out _))
            {
                total += length;
            }

            Assert.True(total <= mutated.Length, $"{mutated.Length} bytes came, {total} go out");
        }

        long perCheck = (GC.GetAllocatedBytesForCurrentThread() - before) / Rounds;
        Assert.True(perCheck < 1_000, $"a check costs {perCheck} bytes of memory");
    }

    [Fact]
    public void nat_that_gives_the_peer_another_address_is_followed_at_the_first_nominating_check()
    {
        using Lite lite = new();
        lite.Handle(lite.Check("browser"), IPv4);
        lite.Now += TimeSpan.FromSeconds(2.5);
        lite.Handle(lite.Check("browser"), Other);
        Assert.Equal(Other, lite.Agent.Selected);
        Assert.Equal(TimeSpan.FromSeconds(2.5), lite.Agent.SilenceBeforeChange);

        // An address that was there before does not take the path back as long as the new one is alive.
        lite.Now += TimeSpan.FromSeconds(1);
        lite.Handle(lite.Check("browser"), IPv4);
        Assert.Equal(Other, lite.Agent.Selected);
        Assert.Equal(1, lite.Agent.PathChanges);
    }

    [Fact]
    public void check_of_a_lesser_candidate_does_not_take_the_path_of_one_that_is_alive()
    {
        using Lite lite = new();
        lite.Handle(lite.Check("browser"), IPv4);
        lite.Now += TimeSpan.FromSeconds(2.5);
        lite.Handle(lite.Check("browser", priority: 999), Other);
        Assert.Equal(IPv4, lite.Agent.Selected);
    }

    [Theory]
    [InlineData(1, false)]
    [InlineData(4, true)]
    public void check_without_nomination_is_followed_once_the_old_address_is_silent(double seconds, bool moves)
    {
        using Lite lite = new();
        lite.Handle(lite.Check("browser"), IPv4);
        lite.Now += TimeSpan.FromSeconds(2.5);
        lite.Agent.NoteAuthenticatedTraffic(IPv4, lite.Now);
        lite.Now += TimeSpan.FromSeconds(seconds);
        lite.Handle(lite.Check("with a role"), Other);
        Assert.Equal(moves ? Other : IPv4, lite.Agent.Selected);
    }

    [Fact]
    public void path_without_checks_of_its_own_is_left_for_one_that_has_them()
    {
        using Lite lite = new();
        lite.Handle(lite.Check("browser"), IPv4);
        Assert.Equal(IPv4, lite.Agent.Selected);

        // The peer goes on checking with another candidate without naming that path.
        for (int second = 1; second < 30; second++)
        {
            lite.Now += TimeSpan.FromSeconds(1);
            lite.Handle(lite.Check("with a role", priority: 999), Other);
            lite.Agent.HandleTimeout(lite.Now, lite.Output);
            Assert.Equal(IPv4, lite.Agent.Selected);
        }

        Assert.Equal(lite.Now + TimeSpan.FromSeconds(1), lite.Agent.Deadline);
        lite.Now += TimeSpan.FromSeconds(1);
        lite.Agent.HandleTimeout(lite.Now, lite.Output);
        Assert.Equal(Other, lite.Agent.Selected);
        Assert.False(lite.Agent.IsExpired);

        lite.Now += TimeSpan.FromSeconds(29);
        lite.Agent.HandleTimeout(lite.Now, lite.Output);
        Assert.True(lite.Agent.IsExpired);
    }

    [Fact]
    public void nothing_is_sent_to_a_path_that_ran_out_while_a_restart_is_under_way()
    {
        using Lite lite = new();
        lite.Handle(lite.Check("browser"), IPv4);
        lite.Now += TimeSpan.FromSeconds(20);
        lite.Agent.Restart(IceCredentials.Create(new SeededRandomSource(3)), lite.Agent.Remote!, lite.Now);
        lite.Now += TimeSpan.FromSeconds(9);
        lite.Agent.HandleTimeout(lite.Now, lite.Output);
        Assert.Equal(IPv4, lite.Agent.Selected);
        lite.Now += TimeSpan.FromSeconds(2);
        lite.Agent.HandleTimeout(lite.Now, lite.Output);
        Assert.Null(lite.Agent.Selected);
        Assert.False(lite.Agent.IsExpired);
        lite.Handle(lite.Check("browser"), Other);
        Assert.Equal(Other, lite.Agent.Selected);
    }

    [Fact]
    public void selected_path_stays_validated_however_many_others_are_checked()
    {
        using Lite lite = new();
        lite.Handle(lite.Check("browser"), IPv4);
        for (int i = 0; i < 100; i++)
        {
            lite.Now += TimeSpan.FromMilliseconds(10);
            lite.Handle(lite.Check("with a role"), new TransportAddress(Other.Address, (ushort)(1_000 + i)));
        }

        Assert.Equal(IPv4, lite.Agent.Selected);
        Assert.True(lite.Agent.IsValidated(IPv4));
    }

    [Fact]
    public void former_name_is_good_until_the_first_check_with_the_new_one_and_former_paths_with_it()
    {
        using Lite lite = new();
        lite.Handle(lite.Check("browser"), IPv4);
        byte[] second = lite.Check("browser");
        byte[] third = lite.Check("browser");
        lite.Agent.Restart(IceCredentials.Create(new SeededRandomSource(3)), lite.Agent.Remote!, lite.Now);
        Assert.True(lite.Handle(second, IPv4));
        Assert.True(lite.Agent.IsValidated(IPv4));
        Assert.True(lite.Handle(lite.Check("browser"), Other));
        Assert.Equal(Other, lite.Agent.Selected);
        Assert.False(lite.Agent.IsValidated(IPv4));
        Assert.False(lite.Handle(third, IPv4));
    }

    [Fact]
    public void answer_counts_from_where_the_check_went_and_with_the_peers_password()
    {
        using Lite client = new(IceRole.Controlling);
        client.Agent.AddRemoteCandidate(new IceCandidate(IPv4, "host", 1, IsTcp: false));
        Assert.False(client.Handle(client.Answer(client.Agent.Remote!.PasswordBytes), Other));
        Assert.False(client.Handle(client.Answer("another password......"u8), IPv4));
        byte[] answer = client.Answer(client.Agent.Remote.PasswordBytes);
        Assert.Null(client.Agent.Selected);
        Assert.True(client.Handle(answer, IPv4));
        Assert.Equal(IPv4, client.Agent.Selected);
        Assert.False(client.Handle(answer, IPv4));
    }

    [Fact]
    public void of_two_that_control_the_one_with_the_greater_number_goes_on()
    {
        using Lite client = new(IceRole.Controlling);
        Assert.False(client.Handle(client.Check("browser", number: 0), IPv6));
        Assert.True(StunMessage.TryParse(Assert.Single(client.TakeSent()), out StunMessage answer, out string? reason), reason);
        Assert.Equal(487, answer.ErrorCode);
        Assert.True(client.Handle(client.Check("browser", number: ulong.MaxValue), IPv6));
        Assert.True(StunMessage.TryParse(Assert.Single(client.TakeSent()), out answer, out reason), reason);
        Assert.Equal(StunClass.SuccessResponse, answer.Class);
    }

    /// <summary>An agent, lite if not said, with its peer's credentials.</summary>
    private sealed class Lite : IDisposable
    {
        private byte _transaction;

        public Lite(IceRole role = IceRole.Lite)
        {
            Agent = new IceAgent(role, IceCredentials.Create(new SeededRandomSource(1)), new SeededRandomSource(2));
            Agent.SetRemote(new IceCredentials("peer", "0123456789abcdef012345"));
            Agent.Start(Now);
        }

        public IceAgent Agent { get; }

        public DatagramQueue Output { get; } = new();

        public TimeSpan Now { get; set; } = TimeSpan.FromSeconds(1);

        public bool Handle(byte[] datagram, TransportAddress from) => Agent.TryHandle(datagram, from, Now, Output, out _);

        public List<byte[]> TakeSent()
        {
            List<byte[]> sent = [];
            byte[] buffer = new byte[2_048];
            while (Output.TryDequeue(buffer, out int length, out _))
            {
                sent.Add(buffer[..length]);
            }

            return sent;
        }

        /// <summary>Lets the agent send a check, and makes the peer's answer to it.</summary>
        public byte[] Answer(ReadOnlySpan<byte> password)
        {
            Now += TimeSpan.FromSeconds(1);
            Agent.HandleTimeout(Now, Output);
            Assert.True(StunMessage.TryParse(Assert.Single(TakeSent()), out StunMessage check, out string? reason), reason);
            byte[] buffer = new byte[StunMessage.LengthMax];
            StunWriter writer = new(buffer, StunClass.SuccessResponse, check.TransactionId);
            writer.AddMappedAddress(Other);
            writer.AddIntegrity(password);
            writer.AddFingerprint();
            return buffer[..writer.Length];
        }

        public byte[] Check(string kind, uint priority = 1_000, ulong number = 7)
        {
            byte[] buffer = new byte[StunMessage.LengthMax];
            StunWriter writer = new(buffer, StunClass.Request, [_transaction++, .. new byte[11]]);
            writer.Add(StunAttribute.Username, $"{Agent.Local.UsernameFragment}:{Agent.Remote!.UsernameFragment}");
            switch (kind)
            {
                case "smallest":
                    writer.AddIntegrity(Agent.Local.PasswordBytes);
                    return buffer[..writer.Length];
                case "unknown attribute":
                    writer.Add((StunAttribute)0x7777, [1, 2, 3, 4]);
                    break;
            }

            writer.Add(kind == "wrong role" ? StunAttribute.IceControlled : StunAttribute.IceControlling, number);
            writer.Add(StunAttribute.Priority, priority);
            if (kind == "browser")
            {
                writer.Add(StunAttribute.UseCandidate, []);
            }

            writer.AddIntegrity(Agent.Local.PasswordBytes);
            writer.AddFingerprint();
            return buffer[..writer.Length];
        }

        public void Dispose() => Output.Dispose();
    }
}
