using System.Buffers.Binary;
using Nsn.AppHost.Smoke;

namespace Nsn.AppHost.Tests;

public class SmokeTests
{
    [Fact]
    public void Frames_are_cut_wherever_messages_end()
    {
        var random = new Random(1);
        byte[][] bodies = [.. Enumerable.Range(0, 50).Select(i => Bytes(random, i == 7 ? FrameCutter.LengthMax - 1 : random.Next(300)))];
        byte[] stream = [.. bodies.SelectMany((body, i) => Frame((byte)i, body))];
        for (int round = 0; round < 20; round++)
        {
            var cutter = new FrameCutter();
            var seen = new List<(byte Type, byte[] Body)>();
            for (int at = 0; at < stream.Length;)
            {
                int length = Math.Min(random.Next(1, 5000), stream.Length - at);
                Assert.True(cutter.TryTake(stream.AsSpan(at, length), (type, body) => seen.Add((type, body.ToArray()))));
                at += length;
            }

            Assert.Equal(bodies, seen.Select(frame => frame.Body));
            Assert.Equal(Enumerable.Range(0, 50), seen.Select(frame => (int)frame.Type));
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(FrameCutter.LengthMax + 1)]
    public void A_frame_of_impossible_length_ends_the_stream(int length)
    {
        byte[] head = new byte[5];
        BinaryPrimitives.WriteInt32LittleEndian(head, length);
        Assert.False(new FrameCutter().TryTake(head, (_, _) => Assert.Fail("There is no frame.")));
    }

    [Fact]
    public void What_cannot_be_verified_is_reported_and_never_counted()
    {
        var stream = new VerifiedStream(default);
        stream.Take(6, "no json"u8.ToArray());
        stream.Take(6, """{"epoch":1,"directors":[]}"""u8.ToArray());
        stream.Take(3, new byte[100]);
        stream.Take(5, new byte[200]);
        Assert.Equal(4, stream.Problems.Count);
        Assert.Equal(1, stream.Broken);
        Assert.Null(stream.ProgressOf(1));
        Assert.False(stream.FirstChunk.IsCompleted);
    }

    private static byte[] Bytes(Random random, int length)
    {
        byte[] bytes = new byte[length];
        random.NextBytes(bytes);
        return bytes;
    }

    private static byte[] Frame(byte type, byte[] body)
    {
        byte[] frame = new byte[5 + body.Length];
        BinaryPrimitives.WriteInt32LittleEndian(frame, 1 + body.Length);
        frame[4] = type;
        body.CopyTo(frame, 5);
        return frame;
    }
}
