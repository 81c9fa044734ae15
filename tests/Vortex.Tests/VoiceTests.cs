using Nsn.Vortex.Media;
using Nsn.Vortex.Voice;

namespace Nsn.Vortex.Tests;

public class VoiceTests
{
    private static readonly SpeechRequest s_hello = new("Hello there, this is the evening news.", "default", 1, "neutral");

    private static async Task<Speech> Speak(SpeechRequest request) => await new EspeakVoice().SpeakAsync(request, TestContext.Current.CancellationToken);

    [Fact]
    public async Task Speech_has_phonemes_in_order_that_span_the_sound()
    {
        var speech = await Speak(s_hello);
        Assert.InRange(speech.Duration.TotalSeconds, 1, 5);
        Assert.True(speech.Phonemes.Count > 20, string.Join(' ', speech.Phonemes.Select(p => p.Symbol)));
        Assert.True(speech.Phonemes.Zip(speech.Phonemes.Skip(1)).All(pair => pair.First.Start <= pair.Second.Start));
        Assert.Contains(speech.Phonemes, phoneme => phoneme.Stressed);
        Assert.Contains(speech.Phonemes, phoneme => phoneme.Symbol.StartsWith('h'));
    }

    [Fact]
    public async Task The_same_request_gives_the_same_samples_whatever_was_said_before()
    {
        var first = await Speak(s_hello);
        await Speak(new SpeechRequest("Something else! Really?", "clara", 1.4, "manic"));
        var second = await Speak(s_hello);
        Assert.Equal(first.Samples, second.Samples);
        Assert.Equal(first.Phonemes, second.Phonemes);
    }

    [Fact]
    public async Task Voices_and_emotions_differ()
    {
        var neutral = await Speak(s_hello);
        Assert.NotEqual(neutral.Samples, (await Speak(s_hello with { VoiceId = "anna" })).Samples);
        var sad = await Speak(s_hello with { Emotion = "sad" });
        var manic = await Speak(s_hello with { Emotion = "manic" });
        Assert.True(sad.Duration > neutral.Duration && neutral.Duration > manic.Duration);
    }

    [Theory]
    [InlineData("Привет, мир", "ru")]
    [InlineData("你好世界", "zh")]
    [InlineData("مرحبا بالعالم", "ar")]
    [InlineData("नमस्ते दुनिया", "hi")]
    public async Task Other_scripts_are_spoken(string text, string voice)
    {
        var speech = await Speak(new SpeechRequest(text, voice, 1, "neutral"));
        Assert.True(Loudness.Measure(Resampler.Resample(speech.Samples, speech.SampleRate, 48_000)) > -50);
    }

    [Theory]
    [InlineData("Привет, мир", "ru")]
    [InlineData("你好，world，世界世界", "zh")]
    [InlineData("こんにちは世界", "ja")]
    [InlineData("مرحبا بالعالم", "ar")]
    [InlineData("नमस्ते दुनिया", "hi")]
    [InlineData("The word 你好 is Chinese.", "en")]
    [InlineData("😀", "en")]
    public async Task Who_names_no_voice_gets_one_that_can_read_the_text(string text, string voice)
    {
        var chosen = await Speak(new SpeechRequest(text, "default", 1, "neutral"));
        var named = voice == "en" ? EspeakVoice.Speak(text, "en-us", TestContext.Current.CancellationToken) : await Speak(new SpeechRequest(text, voice, 1, "neutral"));
        Assert.Equal(named.Samples, chosen.Samples);
    }

    [Fact]
    public async Task Every_voice_is_installed_and_says_the_same_in_the_same_way()
    {
        foreach (var id in new EspeakVoice().Voices)
        {
            var request = s_hello with { VoiceId = id, Script = "One, two." };
            var (first, second) = (await Speak(request), await Speak(request));
            Assert.NotEmpty(first.Samples);
            Assert.Equal(first.Samples, second.Samples);
        }
    }

    [Fact]
    public async Task An_unknown_voice_is_refused_by_name()
    {
        var exception = await Assert.ThrowsAsync<ClipException>(() => Speak(s_hello with { VoiceId = "nobody" }));
        Assert.Equal(ClipError.InvalidRequest, exception.Error);
        Assert.Contains("nobody", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_track_is_as_long_as_the_clip_and_its_energy_follows_the_script()
    {
        var request = Requests.Sample with { Script = "Good evening.", DurationSeconds = 6 };
        var track = await new SoundTrackBuilder(new EspeakVoice()).BuildAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(6 * 48_000, track.Samples.Length);
        Assert.Equal(600, track.Envelope.Length);
        var spoken = track.Phonemes[^1].Start + track.Phonemes[^1].Duration;
        Assert.InRange(spoken.TotalSeconds, .6, 2.5);
        Assert.True(track.Envelope[25..(int)(spoken.TotalSeconds * 100)].Average() > .2);
        Assert.True(track.Envelope[300..].Max() < .01, "the end has no speech");
        Assert.True(Loudness.Measure(track.Samples.AsSpan(3 * 48_000)) > -60, "the end has music");
        Assert.All(track.Samples, sample => Assert.InRange(sample, -1, 1));
    }

    [Fact]
    public async Task A_script_too_long_for_the_clip_ends_in_time()
    {
        var request = Requests.Sample with { Script = string.Concat(Enumerable.Repeat("A long sentence follows. ", 60)), DurationSeconds = 5 };
        var track = await new SoundTrackBuilder(new EspeakVoice()).BuildAsync(request, TestContext.Current.CancellationToken);
        Assert.True(track.Phonemes[^1].Start + track.Phonemes[^1].Duration <= TimeSpan.FromSeconds(5));
        Assert.True(track.Envelope[^10..].Max() < .05);
    }

    [Fact]
    public async Task A_clip_without_script_is_not_mute_and_depends_on_the_seed()
    {
        var builder = new SoundTrackBuilder(new EspeakVoice());
        var one = await builder.BuildAsync(Requests.Sample, TestContext.Current.CancellationToken);
        var two = await builder.BuildAsync(Requests.Sample with { Seed = ClipSeed.FromNumber(8) }, TestContext.Current.CancellationToken);
        Assert.False(one.HasSpeech);
        Assert.InRange(Loudness.Measure(one.Samples), -26, -22);
        Assert.NotEqual(one.Samples, two.Samples);
    }

    [Fact]
    public void Resampling_keeps_a_tone()
    {
        var tone = new float[22_050];
        for (var i = 0; i < tone.Length; i++)
            tone[i] = (float)Math.Sin(2 * Math.PI * 440 * i / 22_050);
        var resampled = Resampler.Resample(tone, 22_050, 48_000);
        Assert.Equal(48_000, resampled.Length);
        for (var i = 1000; i < 47_000; i += 7)
            Assert.Equal(Math.Sin(2 * Math.PI * 440 * i / 48_000), resampled[i], .001);
    }

    [Fact]
    public void Loudness_of_a_full_scale_tone_is_the_standards()
    {
        // ITU-R BS.1770: a 997 Hz sine of full scale in one channel reads -3.01 LUFS.
        var tone = new float[48_000 * 3];
        for (var i = 0; i < tone.Length; i++)
            tone[i] = (float)Math.Sin(2 * Math.PI * 997 * i / 48_000);
        Assert.Equal(-3.01, Loudness.Measure(tone), 1);
    }
}
