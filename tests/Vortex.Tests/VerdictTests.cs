using System.Text.Json.Nodes;
using Nsn.Vortex.Media;
using Nsn.Vortex.Pipeline;

namespace Nsn.Vortex.Tests;

/// <summary>Each reason to reject a clip that decodes, alone: a drawn clip that passes everything is spoiled in one way.</summary>
public sealed class VerdictTests : IDisposable
{
    private const int Side = 64, Rate = 12, Seconds = 2;

    private static readonly ClipRequest s_request = Requests.Sample with
    {
        Prompt = "a cheerful scientist",
        Script = "Hello.",
        Width = Side,
        Height = Side,
        DurationSeconds = Seconds,
        FramesPerSecond = Rate,
    };

    private readonly TinyPack _pack = new();

    public void Dispose() => _pack.Dispose();

    // A square moves along the top; the mouth moves while it is loud, the first half of each second (or while it is not).
    private static byte[] Frame(int index, bool mouthInSilence)
    {
        var frame = new byte[DecodedClip.I420Length(Side, Side)];
        frame.AsSpan(0, Side * Side).Fill(60);
        frame.AsSpan(Side * Side).Fill(128);
        for (var y = 0; y < 20; y++)
            frame.AsSpan((y * Side) + 40 - Math.Abs(40 - (index * 2)), 20).Fill(200);
        var loud = index % Rate < Rate / 2;
        for (var y = 28; y < 44; y++)
            frame.AsSpan((y * Side) + 24, 16).Fill((byte)(loud != mouthInSilence && index % 2 == 1 ? 120 : 60));
        return frame;
    }

    private static DecodedClip Clip(bool mouthInSilence = false)
    {
        var samples = new float[Seconds * 48_000];
        for (var i = 0; i < samples.Length; i++)
            samples[i] = i % 48_000 < 24_000 ? .3f * MathF.Sin(i * .04f) : 0;
        return new DecodedClip(Side, Side, Rate, [.. Enumerable.Range(0, Rate * Seconds).Select(i => Frame(i, mouthInSilence))], samples);
    }

    private async Task<VerificationReport> Judge(DecodedClip clip, string? threshold = null, double value = 0)
    {
        var thresholds = new JsonObject { ["tower_a"] = -1, ["tower_b"] = -1, ["outlier_gap"] = 2 };
        if (threshold is not null)
            thresholds[threshold] = value;
        _pack.Manifest["thresholds"] = thresholds;
        _pack.Save();
        await using var pipeline = new ClipPipeline(new ClipPipelineOptions { PackFolder = _pack.Folder, Device = "cpu", Threads = 1 });
        return await ((ClipVerifier)pipeline.CreateVerifier()).JudgeAsync(clip, s_request, null, TestContext.Current.CancellationToken);
    }

    [Theory]
    [InlineData(VerificationFailure.WrongShape)]
    [InlineData(VerificationFailure.LowScore)]
    [InlineData(VerificationFailure.TowerOutlier)]
    [InlineData(VerificationFailure.Frozen)]
    [InlineData(VerificationFailure.Blank)]
    [InlineData(VerificationFailure.Silent)]
    [InlineData(VerificationFailure.MouthOutOfSync)]
    [InlineData(VerificationFailure.Cut)]
    public async Task A_clip_that_is_spoiled_in_one_way_is_rejected_for_that(VerificationFailure failure)
    {
        var good = Clip();
        var honest = await Judge(good);
        Assert.True(honest.Accepted, honest.Explanation);
        var report = failure switch
        {
            VerificationFailure.WrongShape => await Judge(good with { Frames = [.. good.Frames.SkipLast(1)] }),
            VerificationFailure.LowScore => await Judge(good, "tower_a", .99),
            VerificationFailure.TowerOutlier => await Judge(good, "outlier_gap", 0),
            VerificationFailure.Frozen => await Judge(good with { Frames = [.. good.Frames.Select(_ => good.Frames[0])] }),
            VerificationFailure.Blank => await Judge(good with { Frames = [.. good.Frames.Select((_, i) => Flat((byte)(60 + (10 * (i % 2)))))] }),
            VerificationFailure.Silent => await Judge(good with { Samples = [.. good.Samples[..48_000], .. new float[48_000]] }),
            VerificationFailure.MouthOutOfSync => await Judge(Clip(mouthInSilence: true)),
            _ => await Judge(good with { Frames = [.. good.Frames.Select((frame, i) => i < Rate ? frame : Inverted(frame))] }),
        };
        Assert.Equal([failure], report.Failures);
        Assert.NotEmpty(report.Explanation);
    }

    [Fact]
    public async Task A_recipe_s_own_minimum_counts_beside_the_pack_s()
    {
        await using var pipeline = new ClipPipeline(new ClipPipelineOptions { PackFolder = _pack.Folder, Device = "cpu", Threads = 1 });
        var report = await ((ClipVerifier)pipeline.CreateVerifier())
            .JudgeAsync(Clip(), s_request with { MinimumScore = .99 }, null, TestContext.Current.CancellationToken);
        Assert.Equal([VerificationFailure.LowScore], report.Failures);
    }

    private static byte[] Flat(byte level)
    {
        var frame = new byte[DecodedClip.I420Length(Side, Side)];
        frame.AsSpan(0, Side * Side).Fill(level);
        frame.AsSpan(Side * Side).Fill(128);
        return frame;
    }

    private static byte[] Inverted(byte[] frame)
    {
        var inverted = (byte[])frame.Clone();
        foreach (ref var value in inverted.AsSpan(0, Side * Side))
            value = (byte)(255 - value);
        return inverted;
    }
}
