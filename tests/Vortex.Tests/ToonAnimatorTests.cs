using Nsn.Vortex.Toon;
using Nsn.Vortex.Voice;

namespace Nsn.Vortex.Tests;

/// <summary>What a listener would notice in the presenter's movement.</summary>
public class ToonAnimatorTests
{
    private static readonly ClipRequest s_request = Requests.Sample with { DurationSeconds = 10, FramesPerSecond = 30 };

    private static readonly SoundTrack s_silence = new([], [], []);

    private static SoundTrack Speech(params (string Symbol, double Start, double Seconds, bool Stressed)[] phonemes) => new(
        [],
        [.. phonemes.Select(p => new TimedPhoneme(p.Symbol, TimeSpan.FromSeconds(p.Start), TimeSpan.FromSeconds(p.Seconds), p.Stressed))],
        [.. Enumerable.Repeat(1f, 10 * SoundTrack.EnvelopeRate)]);

    private static ToonControls[] All(ClipRequest request, SoundTrack sound)
    {
        var animator = new ToonAnimator(request, sound);
        return [.. Enumerable.Range(0, request.FrameCount).Select(animator.At)];
    }

    [Fact]
    public void The_mouth_stays_closed_when_nobody_speaks() => Assert.All(All(s_request, s_silence), controls => Assert.Equal(0, controls.Open));

    [Theory]
    [InlineData("m")]
    [InlineData("b")]
    [InlineData("p")]
    public void Lips_close_for_the_sounds_that_lips_make(string symbol)
    {
        var frames = All(s_request, Speech(("a", 0, .5, false), (symbol, .5, .5, false), ("a", 1, .5, false)));
        Assert.True(frames[7].Open > .8, $"open by {frames[7].Open} in the middle of an a");
        Assert.Equal(0, frames[22].Open);
        Assert.True(frames[37].Open > .8, $"open by {frames[37].Open} in the middle of the second a");
    }

    [Fact]
    public void A_stressed_vowel_nods_the_head_and_raises_the_brows()
    {
        var flat = All(s_request, Speech(("a", 2, .3, false)));
        var stressed = All(s_request, Speech(("a", 2, .3, true)));
        Assert.True(stressed[64].Nod - flat[64].Nod > .3, $"nods by {stressed[64].Nod} instead of {flat[64].Nod}");
        Assert.True(stressed[64].Brow - flat[64].Brow > .3, $"brows at {stressed[64].Brow} instead of {flat[64].Brow}");
        Assert.Equal(flat[30].Nod, stressed[30].Nod);
        Assert.Equal(flat[120].Nod, stressed[120].Nod);
    }

    [Fact]
    public void Presenters_blink_now_and_then()
    {
        for (ulong seed = 0; seed < 20; seed++)
        {
            var frames = All(s_request with { Seed = ClipSeed.FromNumber(seed) }, s_silence);
            Assert.Contains(frames, controls => controls.Blink > .8);
            Assert.InRange(frames.Count(controls => controls.Blink == 0), frames.Length / 2, frames.Length - 1);
        }
    }

    [Fact]
    public void A_still_presenter_moves_less_than_a_manic_one()
    {
        static double Movement(string preset)
        {
            var frames = All(s_request with { MotionPreset = preset }, Speech(("a", 2, .3, true), ("a", 5, .3, true)));
            return frames.Zip(frames.Skip(1), (one, next) => Math.Abs(one.Yaw - next.Yaw) + Math.Abs(one.Nod - next.Nod) + Math.Abs(one.Tilt - next.Tilt)).Sum();
        }

        string[] presets = ["still", "calm", "natural", "lively", "manic"];
        var movements = presets.Select(Movement).ToArray();
        Assert.Equal(movements.Order(), movements);
        Assert.True(movements[0] < movements[^1] / 4, $"still {movements[0]}, manic {movements[^1]}");
    }

    [Theory]
    [InlineData("zoom_in", 1, 0)]
    [InlineData("zoom_out", -1, 0)]
    [InlineData("pan_left", 0, -1)]
    [InlineData("pan_right", 0, 1)]
    [InlineData("static", 0, 0)]
    public void The_camera_goes_one_way(string motion, int zoom, int pan)
    {
        var frames = All(s_request with { CameraMotion = motion }, s_silence);
        Assert.All(frames.Zip(frames.Skip(1)), pair =>
        {
            Assert.Equal(zoom, Math.Sign(pair.Second.Zoom - pair.First.Zoom));
            Assert.Equal(pan, Math.Sign(pair.Second.PanX - pair.First.PanX));
        });
    }

    [Fact]
    public void Moods_follow_each_other_and_blend()
    {
        var animator = new ToonAnimator(s_request with { ExpressionSequence = ["neutral", "angry"] }, s_silence);
        var moods = Enumerable.Range(0, s_request.FrameCount).Select(frame => animator.Mood(frame)!.Value).ToArray();
        Assert.All(moods[..150], mood => Assert.Equal(("neutral", "neutral", 1f), mood));
        Assert.All(moods[150..], mood => Assert.Equal(("neutral", "angry"), (mood.From, mood.To)));
        Assert.InRange(moods[150].Share, 0, .1f);
        Assert.InRange(moods[155].Share, .4f, .6f);
        Assert.All(moods[165..], mood => Assert.Equal(1, mood.Share));
        Assert.Equal(moods[150..].Select(mood => mood.Share).Order(), moods[150..].Select(mood => mood.Share));
        Assert.Null(new ToonAnimator(s_request, s_silence).Mood(0));
    }
}
