using Nsn.Gateway.Frames;

namespace Nsn.Gateway.Tests;

public class FrameReaderTests
{
    private readonly FrameReader _reader = new();
    private readonly List<(FrameType Type, byte[] Body)> _frames = [];

    private bool Read(ReadOnlySpan<byte> bytes) => _reader.TryRead(bytes, (type, body) => _frames.Add((type, body.ToArray())));

    [Fact]
    public void Frames_come_out_however_the_stream_is_cut()
    {
        byte[] stream = [.. Frame.Of(FrameType.Ping, 1, 2, 3, 4, 5, 6, 7, 8), .. Frame.Of(FrameType.Unsubscribe), .. Frame.Of(FrameType.Subscribe, "{}"u8)];
        for (var size = 1; size <= stream.Length; size++)
        {
            _frames.Clear();
            for (var offset = 0; offset < stream.Length; offset += size)
                Assert.True(Read(stream.AsSpan(offset, Math.Min(size, stream.Length - offset))));
            Assert.Equal([FrameType.Ping, FrameType.Unsubscribe, FrameType.Subscribe], _frames.Select(frame => frame.Type));
            Assert.Equal([1, 2, 3, 4, 5, 6, 7, 8], _frames[0].Body);
            Assert.Empty(_frames[1].Body);
        }
    }

    [Theory]
    [InlineData(new byte[] { 0, 0, 0, 0 })]
    [InlineData(new byte[] { 1, 64, 0, 0, 0x82 })]
    [InlineData(new byte[] { 255, 255, 255, 255, 0x82 })]
    public void A_length_that_is_nothing_or_too_much_ends_the_stream(byte[] bytes)
    {
        Assert.False(Read(bytes));
        Assert.Empty(_frames);
    }

    [Fact]
    public void The_longest_frame_is_taken()
    {
        var body = new byte[FrameReader.BodyMax - 1];
        Assert.True(Read(Frame.Of(FrameType.Ping, body)));
        Assert.Equal(body.Length, _frames.Single().Body.Length);
    }

    [Fact]
    public void Random_bytes_never_throw()
    {
        var random = new Random(7);
        for (var round = 0; round < 2000; round++)
        {
            var reader = new FrameReader();
            var bytes = new byte[random.Next(4, 400)];
            random.NextBytes(bytes);
            if (random.Next(2) == 0)
                bytes[1] = bytes[2] = bytes[3] = 0;
            reader.TryRead(bytes, (_, _) => { });
        }
    }
}
