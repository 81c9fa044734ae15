using Nsn.Vortex.Music;
using Nsn.Vortex.Verification;
using Nsn.Vortex.Voice;

namespace Nsn.Vortex.Tests;

public class BackgroundBedTests
{
    private const int SampleRate = 48_000;

    [Fact]
    public void The_same_seed_gives_the_same_samples()
    {
        Assert.Equal(BackgroundBed.Synthesise(Seed(3), "neutral", SampleRate * 4), BackgroundBed.Synthesise(Seed(3), "neutral", SampleRate * 4));
        Assert.NotEqual(BackgroundBed.Synthesise(Seed(3), "neutral", SampleRate * 4), BackgroundBed.Synthesise(Seed(4), "neutral", SampleRate * 4));
    }

    [Fact]
    public void Seeds_reach_every_choice_and_the_emotion_bounds_them()
    {
        var bright = Enumerable.Range(0, 300).Select(i => Style(i, "neutral")).ToArray();
        Assert.Equal(12, bright.Select(style => style.Key).Distinct().Count());
        Assert.Equal(Scale.Bright.Count, bright.Select(style => style.Scale).Distinct().Count());
        Assert.Equal(Instrument.Pads.Count, bright.Select(style => style.Pad).Distinct().Count());
        Assert.Equal(Instrument.Leads.Count, bright.Select(style => style.Lead).Distinct().Count());
        Assert.True(bright.Select(style => string.Join(' ', style.Progression)).Distinct().Count() >= 30);
        Assert.True(bright.Select(style => string.Join(' ', style.Arpeggio)).Distinct().Count() >= 10);
        Assert.All(bright, style => Assert.InRange(style.BeatsPerMinute, 66, 108));
        Assert.All(Enumerable.Range(0, 50), i => Assert.Contains(Style(i, "sad").Scale, Scale.Dark));
        Assert.All(Enumerable.Range(0, 50), i => Assert.True(Style(i, "sad").BeatsPerMinute < Style(i, "manic").BeatsPerMinute));
    }

    [Fact]
    public void Chords_are_of_the_scale_and_lie_together()
    {
        for (var i = 0; i < 100; i++)
        {
            var style = Style(i, i % 2 == 0 ? "neutral" : "sad");
            foreach (var step in style.Progression)
            {
                var tones = BackgroundBed.Gather(style, step);
                Assert.InRange(tones.Length, 3, 4);
                Assert.All(tones, tone => Assert.InRange(tone, style.Register, style.Register + 11));
                Assert.All(tones, tone => Assert.Contains((tone + 120 - 9 - style.Key) % 12, style.Scale.Semitones));
            }
        }
    }

    [Fact]
    public void No_second_of_any_bed_is_silent()
    {
        for (var i = 0; i < 24; i++)
        {
            var bed = BackgroundBed.Synthesise(Seed(i), i % 2 == 0 ? "neutral" : "sad", SampleRate * 6);
            Loudness.Normalise(bed, -24);
            for (var second = 0; second < 6; second++)
                Assert.True(Loudness.Measure(bed.AsSpan(second * SampleRate, SampleRate)) > -40, $"second {second} of the bed of seed {i}");
        }
    }

    /// <summary>What a verifier must notice: another music beneath the same words, in any two seconds of a clip, by more than its threshold.</summary>
    [Fact]
    public async Task Beds_of_two_seeds_are_told_apart_beneath_the_same_words()
    {
        const int beds = 14, windows = 3, windowSamples = 2 * SampleRate;
        var builder = new SoundTrackBuilder(new EspeakVoice());
        var request = Requests.Sample with { DurationSeconds = 2 * windows, Script = "Good evening, and welcome to the news. The weather will be bright and windy, and a new bridge was opened this morning." };
        var tracks = new List<float[]>();
        for (var i = 0; i < beds; i++)
            tracks.Add((await builder.BuildAsync(request with { Seed = Seed(100 + i) }, TestContext.Current.CancellationToken)).Samples);

        var threshold = new VerificationThresholds().SoundDistance;
        var pairs = Enumerable.Range(0, beds).SelectMany(one => Enumerable.Range(0, one), (one, two) => (One: tracks[one], Two: tracks[two])).ToArray();
        var nearest = pairs.AsParallel().Select(pair => Enumerable.Range(0, windows).Min(window => SoundDistance.Between(
            pair.One.AsSpan(window * windowSamples, windowSamples), pair.Two.AsSpan(window * windowSamples, windowSamples)))).Order().ToArray();
        var apart = nearest.Count(distance => distance >= threshold) / (double)nearest.Length;
        Assert.True(apart >= .95, $"only {apart:0.00} of {nearest.Length} pairs differ by {threshold} dB; the nearest: {string.Join(", ", nearest.Take(12).Select(d => $"{d:0.0}"))}");
    }

    /// <summary>The difference of two sounds with the same words is music alone, two beds of it.</summary>
    [Fact]
    public async Task Music_stays_far_below_the_words()
    {
        var builder = new SoundTrackBuilder(new EspeakVoice());
        var request = Requests.Sample with { DurationSeconds = 4, Script = "Good evening, and welcome to the news. The weather will be bright." };
        for (var i = 0; i < 6; i++)
        {
            var one = await builder.BuildAsync(request with { Seed = Seed(2 * i) }, TestContext.Current.CancellationToken);
            var two = await builder.BuildAsync(request with { Seed = Seed((2 * i) + 1) }, TestContext.Current.CancellationToken);
            float[] music = [.. one.Samples.Zip(two.Samples, (a, b) => a - b)];
            var spoken = Loudness.Measure(one.Samples);
            Assert.InRange(Loudness.Measure(music), spoken - 30, spoken - 11);
        }
    }

    private static ClipSeed Seed(int number) => ClipSeed.FromNumber((ulong)number);

    private static BedStyle Style(int number, string emotion) => BedStyle.Draw(new SeededRandom(Seed(number).Derive("bed")), emotion);
}
