namespace Nsn.WebRtc.Sctp.Tests;

public class PartialReliabilityTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Without_repetitions_lost_messages_are_skipped_and_the_others_arrive(bool unordered)
    {
        using var link = new VirtualLink(1, new PathConditions { Loss = 0.05 });
        link.Connect();
        int sent = 0;
        link.OnTurn = () =>
        {
            while (sent < 500 && link.A.BufferedAmount < 20_000)
            {
                byte[] payload = TestData.Bytes(sent, 3000);
                BitConverter.TryWriteBytes(payload, sent++);
                link.A.Send(1, 53, payload, new SctpSendOptions(unordered, MaxRetransmits: 0), link.Now);
            }
        };
        link.RunUntil(() => sent == 500 && link.A is { BufferedAmount: 0, Statistics.BytesInFlight: 0 }, TimeSpan.FromMinutes(3), "everything to be sent");
        link.RunFor(TimeSpan.FromSeconds(10));
        link.OnTurn = null;
        Assert.InRange(link.AtB.Count, 350, 495);
        // A message may arrive and be given up all the same, when its acknowledgement is lost.
        Assert.InRange(link.A.Statistics.MessagesAbandoned, 500 - link.AtB.Count, 200);
        int[] numbers = [.. link.AtB.Select(m => BitConverter.ToInt32(m.Payload))];
        Assert.Equal(numbers.Distinct().Count(), numbers.Length);
        if (!unordered)
            Assert.Equal(numbers.Order(), numbers);

        // The stream is in good order afterwards.
        link.Conditions = new PathConditions();
        link.A.Send(1, 53, new byte[] { 9 }, default, link.Now);
        link.RunUntil(() => link.AtB[^1].Payload.Length == 1, TimeSpan.FromSeconds(10), "a reliable message after them");
    }

    [Fact]
    public void Messages_expire_in_the_queue_and_on_the_way()
    {
        using var link = new VirtualLink(2);
        link.Connect();
        link.Conditions = new PathConditions { Drop = (toB, _) => toB };
        for (int i = 0; i < 40; i++)
            link.A.Send(1, 53, TestData.Bytes(i, 10_000), new SctpSendOptions(Lifetime: TimeSpan.FromMilliseconds(300)), link.Now);
        link.RunFor(TimeSpan.FromSeconds(2));
        link.Conditions = new PathConditions();
        link.A.Send(1, 53, new byte[] { 1 }, default, link.Now);
        link.RunUntil(() => link.AtB.Count > 0, TimeSpan.FromSeconds(20), "the message that does not expire");
        Assert.Single(link.AtB);
        Assert.Equal(40, link.A.Statistics.MessagesAbandoned);
        Assert.Equal(0, link.A.BufferedAmount);
    }

    [Fact]
    public void A_message_given_up_half_sent_does_not_block_its_stream()
    {
        // The message is longer than the first window, so that some of it has no number yet when it expires.
        using var link = new VirtualLink(3, new PathConditions { Delay = TimeSpan.FromMilliseconds(200) });
        link.Connect();
        link.A.Send(1, 53, TestData.Bytes(1, 200_000), new SctpSendOptions(Lifetime: TimeSpan.FromMilliseconds(100)), link.Now);
        link.A.Send(1, 53, new byte[] { 5 }, default, link.Now);
        link.RunUntil(() => link.AtB.Count > 0, TimeSpan.FromSeconds(20), "the message behind it");
        Assert.Equal([5], link.AtB[0].Payload);
        Assert.Equal(1, link.A.Statistics.MessagesAbandoned);
    }

    [Fact]
    public void Skipping_holds_under_loss_of_the_skip_itself()
    {
        for (int seed = 0; seed < 30; seed++)
        {
            using var link = new VirtualLink(seed, new PathConditions { Loss = 0.3 });
            link.Connect();
            for (int i = 0; i < 30; i++)
                link.A.Send((ushort)(i % 3), 53, TestData.Bytes(i, 2500), new SctpSendOptions(MaxRetransmits: 1), link.Now);
            link.A.Send(0, 53, new byte[] { 1 }, default, link.Now);
            link.RunUntil(() => link.AtB.Any(m => m.Payload.Length == 1), TimeSpan.FromMinutes(5), $"the reliable message, seed {seed}");
        }
    }
}
