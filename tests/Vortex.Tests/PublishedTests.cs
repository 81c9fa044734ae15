using System.Text.Json;
using System.Text.Json.Nodes;
using Nsn.Vortex.Inference;
using Nsn.Vortex.Packs;
using Nsn.Vortex.Published;

namespace Nsn.Vortex.Tests;

public sealed class PublishedTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("nsn-clip-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static ClipTokenizer Tokenizer(out Dictionary<string, int> vocabulary)
    {
        var (bytes, merges) = PublishedPacks.ClipVocabulary();
        vocabulary = JsonSerializer.Deserialize<Dictionary<string, int>>(bytes)!;
        return new ClipTokenizer(bytes, merges);
    }

    [Fact]
    public void Clip_tokens_merge_by_rank_and_end_words()
    {
        var tokenizer = Tokenizer(out var vocabulary);
        long[] Ids(params string[] symbols) => [.. symbols.Select(symbol => (long)vocabulary[symbol])];
        Assert.Equal(Ids("cat</w>"), tokenizer.Tokens("Cat"));
        Assert.Equal(Ids("hello</w>", ",</w>", "dog</w>", "'", "s</w>"), tokenizer.Tokens("  Hello,\n dog's"));
        Assert.Equal(Ids("ca", "t", "s</w>"), tokenizer.Tokens("cats"));
        Assert.Equal(Ids("1</w>", "2</w>"), tokenizer.Tokens("12"));
        var encoded = tokenizer.Encode("cat");
        Assert.Equal(ClipTokenizer.ContextLength, encoded.Length);
        Assert.Equal(Ids("<|startoftext|>", "cat</w>", "<|endoftext|>", "<|endoftext|>"), encoded[..4]);
        var cut = tokenizer.Encode(string.Join(' ', Enumerable.Repeat("cat", 200)));
        Assert.Equal(vocabulary["<|endoftext|>"], cut[^1]);
        Assert.Equal(vocabulary["cat</w>"], cut[^2]);
    }

    [Theory]
    [InlineData("e\u0301", "é")]
    [InlineData("cafe\u0301 au lait", "café au lait")]
    [InlineData("A\u030A", "Å")]
    [InlineData("e\u0302\u0301", "ế")]
    [InlineData("\u0438\u0306", "й")]
    [InlineData("\u03B1\u0301", "ά")]
    [InlineData("\u1112\u1161\u11AB\u1100\u1173\u11AF", "한글")]
    [InlineData("\uAC00\u11A7", "\uAC00\u11A7")]
    [InlineData("x\u0301", "x\u0301")]
    [InlineData("\u0301e", "\u0301e")]
    [InlineData("日本語 été", "日本語 été")]
    public void Letters_and_marks_become_one_character(string text, string composed) => Assert.Equal(composed, Composition.Compose(text));

    [Fact]
    public void A_word_has_the_same_tokens_however_its_accents_are_written()
    {
        // Its bytes are symbols of their own in this vocabulary: those of é, or of e and a mark.
        var symbols = new[] { "Ã", "©</w>", "e", "Ì", "ģ</w>", "<|startoftext|>", "<|endoftext|>" };
        var vocabulary = JsonSerializer.SerializeToUtf8Bytes(symbols.Select((symbol, i) => (symbol, i)).ToDictionary(pair => pair.symbol, pair => pair.i));
        var tokenizer = new ClipTokenizer(vocabulary, "");
        Assert.Equal([0L, 1L], tokenizer.Tokens("é"));
        Assert.Equal([0L, 1L], tokenizer.Tokens("e\u0301"));
        Assert.Equal([0L, 1L], tokenizer.Tokens("E\u0301"));
    }

    [Fact]
    public void Pictures_are_prepared_as_Pillow_does()
    {
        using var vectors = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "vectors", "clip-image.json")));
        var step = vectors.RootElement.GetProperty("step").GetInt32();
        float[] mean = [.48145466f, .4578275f, .40821073f], deviation = [.26862954f, .26130258f, .27577711f];
        foreach (var item in vectors.RootElement.GetProperty("cases").EnumerateArray())
        {
            int width = item.GetProperty("width").GetInt32(), height = item.GetProperty("height").GetInt32();
            var rgb = new byte[width * height * 3];
            for (var i = 0; i < rgb.Length; i++)
            {
                int x = i / 3 % width, y = i / 3 / width;
                var gradient = (i % 3) switch { 0 => x * 200 / width, 1 => y * 200 / height, _ => (x + y) * 200 / (width + height) };
                rgb[i] = (byte)(gradient + (((x ^ y) & 3) * 18));
            }

            var planes = ClipImage.PrepareRgb(rgb, width, height);
            var expected = item.GetProperty("pixels").Deserialize<int[]>()!;
            var others = 0;
            for (int y = 0, k = 0; y < 224; y += step)
            {
                for (var x = 0; x < 224; x += step)
                {
                    for (var c = 0; c < 3; c++, k++)
                    {
                        var level = ((planes[(c * 224 * 224) + (y * 224) + x] * deviation[c]) + mean[c]) * 255;
                        Assert.True(Math.Abs(level - expected[k]) < 1.01, $"{width} x {height}, pixel {x}, {y}, colour {c}: {level} instead of {expected[k]}");
                        others += Math.Abs(level - expected[k]) > .01 ? 1 : 0;
                    }
                }
            }

            // Pillow computes with integers of 22 bits behind the point: a value at a half may fall to the other side.
            Assert.True(others <= expected.Length / 100, $"{width} x {height}: {others} of {expected.Length} values are a level off");
        }
    }

    [Fact]
    public void A_vocabulary_of_something_else_is_refused()
    {
        Assert.Equal(ClipError.Pack, Assert.Throws<ClipException>(() => new ClipTokenizer("{\"a\":1}"u8, "")).Error);
        Assert.Equal(ClipError.Pack, Assert.Throws<ClipException>(() => new ClipTokenizer("nonsense"u8, "")).Error);
    }

    [Theory]
    [InlineData(256, 256)]
    [InlineData(640, 360)]
    [InlineData(128, 200)]
    public void Pictures_are_normalised_with_the_published_mean_and_deviation(int width, int height)
    {
        var grey = new byte[width * height * 3 / 2];
        grey.AsSpan(0, width * height).Fill(126);
        grey.AsSpan(width * height).Fill(128);
        var planes = ClipImage.Prepare(grey, width, height);
        var level = Math.Round((126 - 16) * 1.164384) / 255;
        Assert.Equal(3 * 224 * 224, planes.Length);
        Assert.All(planes[..(224 * 224)], value => Assert.Equal((level - .48145466) / .26862954, value, 3));
        Assert.Equal((level - .40821073) / .27577711, planes[^1], 3);
    }

    [Fact]
    public async Task The_ensemble_runs_on_graphs_of_the_published_signature()
    {
        PublishedPacks.Clip(_folder);
        using var device = new InferenceDevice("cpu", 1);
        using var ensemble = new ClipEnsemble(device, ModelPackReader.Read(_folder));
        var frames = Enumerable.Range(0, 5).Select(i => ensemble.Prepare(MediaTests.Frame(i), 64, 64)).ToArray();
        var (embedding, scores) = await ensemble.EmbedAsync(frames, "a cat", TestContext.Current.CancellationToken);
        Assert.Equal(512, embedding.Length);
        Assert.Equal(1, Math.Sqrt(embedding.Sum(value => (double)value * value)), 4);
        Assert.InRange(scores.A, 0, 1);
        Assert.Equal((.4 * scores.A) + (.6 * scores.B), scores.Ensemble, 6);
        Assert.Equal(Math.Abs(scores.A - scores.B) > .15, scores.Outlier);
    }

    [Fact]
    public async Task Kokoro_speaks_on_a_graph_of_the_published_signature()
    {
        PublishedPacks.Kokoro(_folder);
        using var device = new InferenceDevice("cpu", 1);
        using var voice = new KokoroVoice(device, ModelPackReader.Read(_folder));
        Assert.Equal(["default", "af_heart", "bm_george"], voice.Voices);
        var speech = await voice.SpeakAsync(new Voice.SpeechRequest("Hello there. Good night.", "af_heart", 1, "neutral"), TestContext.Current.CancellationToken);
        Assert.Equal(24_000, speech.SampleRate);
        Assert.True(speech.Samples.Length > 10 * 600);
        Assert.True(speech.Phonemes[^1].Start + speech.Phonemes[^1].Duration <= speech.Duration + TimeSpan.FromMilliseconds(1));
        await Assert.ThrowsAsync<ClipException>(async () => await voice.SpeakAsync(new Voice.SpeechRequest("Hi.", "nobody", 1, "neutral"), TestContext.Current.CancellationToken));
        voice.Dispose();
        await Assert.ThrowsAsync<ObjectDisposedException>(async () =>
            await voice.SpeakAsync(new Voice.SpeechRequest("Hi.", "default", 1, "neutral"), TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("The photographer took eight boats.", "ðə fətˈɑɡɹəfəɹ tˈʊk ˈAt bˈOts.")]
    [InlineData("How nice, a joyful church!", "hˌW nˈIs, ə ʤˈYfᵊl ʧˈɜɹʧ!")]
    [InlineData("One line\n\ntwo", "wˈʌn lˈIn. tˈu")]
    [InlineData("Water? A button.", "wˈɔTəɹ? ə bˈʌtᵊn.")]
    public void Kokoro_is_given_the_phonemes_it_was_trained_on(string text, string expected)
    {
        var phonemes = string.Join(' ', KokoroVoice.Sentences(text, "en-us").Select(sentence => sentence.Phonemes));
        Assert.Equal(expected, phonemes);
        Assert.All(phonemes.EnumerateRunes(), rune => Assert.Contains(rune.ToString(), PublishedPacks.KokoroSymbols, StringComparison.Ordinal));
    }

    [Fact]
    public void Kokoro_s_sentences_keep_their_text_and_are_cut_between_words_where_they_are_long()
    {
        foreach (var (text, expected) in new[]
        {
            ("One, two. Three? Four", new[] { "One, two.", "Three?", "Four" }), ("He said (no!). Éa. Öl.\n\nThe end\nof it", ["He said (no!", "). Éa.", "Öl.", "The end\nof it"]),
        })
            Assert.Equal(expected, KokoroVoice.Sentences(text, "en-us").Select(sentence => sentence.Text.Trim()));
        PublishedPacks.Kokoro(_folder);
        using var device = new InferenceDevice("cpu", 1);
        using var voice = new KokoroVoice(device, ModelPackReader.Read(_folder));
        var word = PublishedPacks.KokoroSymbols.IndexOf('k', StringComparison.Ordinal) + 1;
        var runs = voice.Tokens(string.Join(' ', Enumerable.Repeat("kkkkkk", 200))).ToArray();
        Assert.All(runs, run =>
        {
            Assert.InRange(run.Length, 3, 512);
            Assert.Equal((0, 0, word), (run[0], run[^1], run[^2]));
        });
        Assert.Equal((200 * 7) - 1, runs.Sum(run => run.Length - 2));
        Assert.Equal((512, 512), (voice.Tokens(new string('k', 511)).First().Length, voice.Tokens(new string('k', 510)).Single().Length));
    }

    [Fact]
    public async Task Kokoro_s_emotions_change_the_speed_and_mix_in_another_s_prosody()
    {
        PublishedPacks.Kokoro(_folder, new JsonObject { ["angry"] = new JsonObject { ["voice"] = "bm_george", ["share"] = .5 } });
        using var device = new InferenceDevice("cpu", 1);
        using var voice = new KokoroVoice(device, ModelPackReader.Read(_folder));
        async Task<double> Loudest(string emotion) => (await voice.SpeakAsync(
            new Voice.SpeechRequest("Hello.", "af_heart", 1, emotion), TestContext.Current.CancellationToken)).Samples.Max();

        // The graph multiplies by the mean of the style and by the speed, so both can be read from the level: half of the style goes half of the way from 1 to 3.
        var neutral = await Loudest("neutral");
        Assert.Equal(1.25, await Loudest("manic") / neutral, 3);
        Assert.Equal(.86, await Loudest("sad") / neutral, 3);
        Assert.Equal(1.1 * 1.5, await Loudest("angry") / neutral, 3);
    }

    [Fact]
    public void Kokoro_s_voices_speak_their_own_language_or_none()
    {
        Assert.Equal(
            ["en-us", "en-gb-x-rp", "es", "fr", "hi", "it", "pt-br"], new[] { "af_heart", "bm_george", "em_x", "ff_x", "hf_x", "if_x", "pm_x" }.Select(KokoroPhonemes.LanguageOf));
        Assert.Equal("en-us", KokoroPhonemes.LanguageOf("narrator"));
        Assert.Null(KokoroPhonemes.LanguageOf("jf_alpha"));
        foreach (var language in new[] { "en-gb-x-rp", "es", "fr", "hi", "it", "pt-br" })
            Assert.NotEmpty(KokoroVoice.Sentences("Ola, 1 2 3.", language));
        PublishedPacks.Kokoro(_folder, new JsonObject { ["angry"] = new JsonObject { ["voice"] = "nobody", ["share"] = .5 } });
        using var device = new InferenceDevice("cpu", 1);
        Assert.Contains("nobody", Assert.Throws<ClipException>(() => new KokoroVoice(device, ModelPackReader.Read(_folder))).Message, StringComparison.Ordinal);
    }
}
