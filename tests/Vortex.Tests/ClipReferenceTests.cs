using System.Runtime.CompilerServices;
using Nsn.Vortex.Media;
using Nsn.Vortex.Pipeline;

namespace Nsn.Vortex.Tests;

/// <summary>What a verifier that made frames again sees, on drawn frames.</summary>
public sealed class ClipReferenceTests
{
    private const int Side = 64, Rate = 12, Count = 36;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    // A square that wanders over a ground of fine stripes, which are of one pixel each so that the mean of a block does not tell of them.
    private static byte[] Draw(int index, bool stripes = true)
    {
        var frame = new byte[DecodedClip.I420Length(Side, Side)];
        Array.Fill(frame, (byte)128);
        for (var y = 0; y < Side; y++)
        {
            for (var x = 0; x < Side; x++)
                frame[(y * Side) + x] = (byte)(100 + (stripes ? x % 2 == 0 ? 6 : -6 : 0));
        }

        for (var y = 20; y < 32; y++)
            frame.AsSpan((y * Side) + index, 12).Fill(110);
        return frame;
    }

    private static ClipReference Reference(params int[] sampled) => new([.. sampled.Select(i => (i, Draw(i)))], new float[Count / Rate * 48_000], new Drawn());

    private static DecodedClip Clip(Func<int, byte[]> frame) =>
        new(Side, Side, Rate, [.. Enumerable.Range(0, Count).Select(frame)], new float[Count / Rate * 48_000]);

    [Fact]
    public async Task After_the_sample_the_middle_of_the_longest_gap_and_the_strangest_frames_are_made_again()
    {
        var cheat = Clip(i => i is 20 ? new byte[DecodedClip.I420Length(Side, Side)] : i is 29 ? [.. Draw(i).Select(value => (byte)(255 - value))] : Draw(i));
        var report = await Reference(0, 3, 6, 9, 12, 15).CompareAsync(cheat, Cancellation);
        Assert.Equal([0, 3, 6, 9, 12, 15, 25], report.Frames.Take(7));
        Assert.Equal([20, 29], report.Frames.Skip(7).Order());
        Assert.All(report.Distances.Take(7), distance => Assert.Equal(0, distance));
        Assert.All(report.Distances.Skip(7), distance => Assert.True(distance > 10));
    }

    [Fact]
    public async Task Nothing_more_is_made_again_when_everything_was()
    {
        var report = await Reference([.. Enumerable.Range(0, Count)]).CompareAsync(Clip(i => Draw(i)), Cancellation);
        Assert.Equal(Enumerable.Range(0, Count), report.Frames);
        Assert.Equal(0, report.Distances.Max());
        Assert.Equal((1.0, 0.0, 0.0), (report.Sharpness, report.Spot, report.Texture));
    }

    [Fact]
    public async Task One_frame_without_detail_is_not_made_up_for_by_the_others()
    {
        var report = await Reference(0, 6, 12, 18, 24, 30).CompareAsync(Clip(i => Draw(i, stripes: i != 12)), Cancellation);
        Assert.InRange(report.Sharpness, 0, .5);
        Assert.InRange(report.Distances.Max(), 0, 1);
        report = await Reference(0, 6, 12, 18, 24, 30).CompareAsync(Clip(i => Draw(i)), Cancellation);
        Assert.Equal(1, report.Sharpness);
    }

    private sealed class Drawn : IClipScene
    {
        public async IAsyncEnumerable<byte[]> RenderAsync(IReadOnlyList<int> frames, [EnumeratorCancellation] CancellationToken cancellationToken)
        {
            foreach (var frame in frames)
            {
                await Task.Yield();
                yield return Draw(frame);
            }
        }
    }
}
