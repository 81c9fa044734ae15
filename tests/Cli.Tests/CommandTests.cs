using System.Diagnostics;
using System.Text.Json;
using Nsn.Vortex.Tests;

namespace Nsn.Cli.Tests;

public sealed class CommandTests : IDisposable
{
    private readonly TinyPack _pack = new();
    private readonly string _folder = Directory.CreateTempSubdirectory("nsn-cli-").FullName;

    public void Dispose()
    {
        _pack.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private static async Task<(int Code, string Output, string Errors)> Run(params string[] arguments)
    {
        using var output = new StringWriter();
        using var errors = new StringWriter();
        var code = await NsnCommand.RunAsync(arguments, output, errors);
        return (code, output.ToString(), errors.ToString());
    }

    private string At(string name) => Path.Combine(_folder, name);

    private Task<(int Code, string Output, string Errors)> Generate(string name, params string[] more) =>
        Run(["generate", "--prompt", "a chef on a beach", "--seconds", "2", "--size", "64", "--pack", _pack.Folder, "--device", "cpu", "--out", At(name), .. more]);

    [Fact]
    public async Task Generate_writes_a_clip_a_sheet_and_figures_that_verify_accepts()
    {
        var (code, output, errors) = await Generate("a.webm", "--script", "Hello.", "--json", "-", "--contact-sheet", At("a.png"), "--seed", "5");
        Assert.True(code == 0, errors);
        using var json = JsonDocument.Parse(output);
        Assert.Equal(2, json.RootElement.GetProperty("clip_seconds").GetInt32());
        Assert.Equal(512, json.RootElement.GetProperty("embedding").GetArrayLength());
        Assert.Equal(64, json.RootElement.GetProperty("proof").GetProperty("digest").GetString()!.Length);
        Assert.True(json.RootElement.GetProperty("realtime_factor").GetDouble() > 0);
        Assert.True(File.Exists(At("a.png")));

        string[] clip = [At("a.webm"), "--prompt", "a chef on a beach", "--script", "Hello.", "--pack", _pack.Folder, "--device", "cpu"];
        (code, output, errors) = await Run(["verify", .. clip, "--seed", "5", "--regenerate", "full"]);
        Assert.True(code == 0, output + errors);
        Assert.StartsWith("accepted", output, StringComparison.Ordinal);
        (code, output, _) = await Run(["verify", .. clip, "--seed", "6", "--regenerate", "full"]);
        Assert.Equal(ExitCode.Negative, code);
        Assert.StartsWith("rejected", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("vp8")]
    [InlineData("vp9")]
    public async Task The_codec_is_chosen_and_the_file_plays(string codec)
    {
        var (code, output, errors) = await Generate("a.webm", "--codec", codec, "--json", "-");
        Assert.True(code == 0, errors);
        using var json = JsonDocument.Parse(output);
        Assert.Contains($";{codec};crf=", json.RootElement.GetProperty("proof").GetProperty("environment").GetString(), StringComparison.Ordinal);
        Assert.Equal($"{codec},24", await Ffprobe("stream=codec_name,nb_read_frames", "-select_streams", "v", "-count_frames"));
        Assert.Equal("opus", await Ffprobe("stream=codec_name", "-select_streams", "a"));
        (code, output, errors) = await Run(
            "verify", At("a.webm"), "--prompt", "a chef on a beach", "--pack", _pack.Folder, "--device", "cpu", "--regenerate", "full");
        Assert.True(code == 0, output + errors);
    }

    // What ffprobe says of a.webm; it says nothing else, so nothing is wrong with the file.
    private async Task<string> Ffprobe(string entries, params string[] more)
    {
        var start = new ProcessStartInfo("ffprobe", ["-v", "warning", .. more, "-show_entries", entries, "-of", "csv=p=0", At("a.webm")])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Empty(await errors);
        return output.Trim();
    }

    [Fact]
    public async Task Compare_tells_equal_from_different()
    {
        await Generate("a.webm");
        await Generate("b.webm", "--seed", "77");
        Assert.Equal(0, (await Run("compare", At("a.webm"), At("a.webm"), "--pack", _pack.Folder)).Code);
        Assert.Equal(ExitCode.Negative, (await Run("compare", At("a.webm"), At("b.webm"), "--pack", _pack.Folder, "--minimum", "0.9999")).Code);
    }

    [Fact]
    public async Task Failures_have_their_exit_codes_and_say_why()
    {
        Assert.Equal(ExitCode.Usage, (await Run("generate")).Code);
        Assert.Equal(ExitCode.Usage, (await Run("no-such-verb")).Code);
        Assert.Equal(ExitCode.Usage, (await Generate("a.webm", "--fps", "3")).Code);
        Assert.Equal(ExitCode.Usage, (await Generate("a.webm", "--voice", "nobody")).Code);
        Assert.Equal(ExitCode.Usage, (await Generate("a.webm", "--codec", "h264")).Code);
        Assert.Equal(ExitCode.Pack, (await Run("generate", "--prompt", "a cat", "--out", At("x"), "--pack", _folder)).Code);
        Assert.Equal(ExitCode.MissingTool, (await Generate("a.webm", "--ffmpeg", "no-such-ffmpeg")).Code);
        Assert.Equal(ExitCode.TimedOut, (await Generate("a.webm", "--deadline", "0.001")).Code);
        var (code, _, errors) = await Generate(Path.Combine("no", "such", "folder.webm"));
        Assert.Equal(ExitCode.Storage, code);
        Assert.Contains("folder.webm", errors, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Storage, (await Run("verify", At("missing.webm"), "--prompt", "a cat", "--pack", _pack.Folder)).Code);
    }

    [Fact]
    public async Task No_half_file_is_left_when_the_disk_is_full()
    {
        Assert.SkipUnless(File.Exists("/dev/full"), "this system has no /dev/full");
        File.CreateSymbolicLink(At("a.webm.partial"), "/dev/full");
        var (code, _, errors) = await Generate("a.webm");
        Assert.Equal(ExitCode.Storage, code);
        Assert.Contains("a.webm' cannot be written: No space left on device", errors, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(_folder));
    }

    [Fact]
    public async Task What_a_cancelled_command_began_to_write_is_removed()
    {
        await File.WriteAllTextAsync(At("a.webm.partial"), "half", TestContext.Current.CancellationToken);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Files.WriteAsync(At("a.webm"), [1, 2, 3], new CancellationToken(canceled: true)));
        Assert.Empty(Directory.GetFileSystemEntries(_folder));
    }

    [Fact]
    public async Task A_place_that_cannot_be_written_is_told_before_the_work()
    {
        foreach (var (name, more) in new[] { ("no/such/file", Array.Empty<string>()), ("a.webm", ["--json", At("no/such/file")]), ("a.webm", ["--contact-sheet", At("no/such/file")]) })
        {
            // Were anything made first, the missing program would be told.
            var (code, _, errors) = await Generate(name, ["--ffmpeg", "no-such-ffmpeg", .. more]);
            Assert.Equal(ExitCode.Storage, code);
            Assert.Contains("no/such/file", errors, StringComparison.Ordinal);
        }

        Directory.CreateDirectory(At("folder"));
        Assert.Equal(ExitCode.Storage, (await Generate("folder", "--ffmpeg", "no-such-ffmpeg")).Code);
        Directory.CreateDirectory(At("b.webm.partial"));
        var blocked = await Generate("b.webm", "--ffmpeg", "no-such-ffmpeg");
        Assert.Equal(ExitCode.Storage, blocked.Code);
        Assert.Contains("b.webm", blocked.Errors, StringComparison.Ordinal);

        // Nobody, not even root, creates files there.
        Assert.SkipUnless(Directory.Exists("/proc/self"), "this system has no /proc");
        var (unwritable, _, why) = await Run("generate", "--prompt", "a cat", "--pack", _pack.Folder, "--out", "/proc/self/a.webm", "--ffmpeg", "no-such-ffmpeg");
        Assert.Equal(ExitCode.Storage, unwritable);
        Assert.Contains("choose another place", why, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("verify", "", "--prompt", "a cat")]
    [InlineData("compare", "", "b.webm")]
    [InlineData("compare", "a.webm", "")]
    [InlineData("cert", "verify", "")]
    [InlineData("generate", "--prompt", "a cat", "--out", "")]
    [InlineData("generate", "--prompt", "a cat", "--out", "x.webm", "--ffmpeg", "")]
    [InlineData("generate", "--prompt", "a cat", "--out", "x.webm", "--json", "")]
    [InlineData("generate", "--prompt", "a cat", "--out", "x.webm", "--towers", "")]
    [InlineData("generate", "--prompt", "a cat", "--out", "x.webm", "--deadline", "NaN")]
    [InlineData("generate", "--prompt", "a cat", "--out", "x.webm", "--deadline", "-1")]
    public async Task A_command_line_that_makes_no_sense_is_refused(params string[] arguments)
    {
        var (code, _, errors) = await Run(arguments);
        Assert.Equal(ExitCode.Usage, code);
        Assert.NotEmpty(errors);
    }

    [Fact]
    public async Task Damaged_clips_are_rejected_as_clips_that_differ_are()
    {
        await Generate("a.webm");
        var bytes = await File.ReadAllBytesAsync(At("a.webm"), TestContext.Current.CancellationToken);
        await File.WriteAllBytesAsync(At("cut.webm"), bytes[..(bytes.Length / 3)], TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(At("text.webm"), "no clip", TestContext.Current.CancellationToken);
        await File.WriteAllBytesAsync(At("empty.webm"), [], TestContext.Current.CancellationToken);
        foreach (var name in new[] { "cut.webm", "text.webm", "empty.webm" })
        {
            var (code, output, errors) = await Run("verify", At(name), "--prompt", "a cat", "--pack", _pack.Folder, "--device", "cpu", "--json", "-");
            Assert.True(code == ExitCode.Negative, $"{name}: {code} {errors}");
            using var json = JsonDocument.Parse(output);
            Assert.Equal("reject", json.RootElement.GetProperty("verdict").GetString());
            Assert.Equal("Malformed", json.RootElement.GetProperty("failures")[0].GetString());
        }
    }

    [Fact]
    public async Task Judging_keeps_the_deadline_when_ffmpeg_hangs()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "needs a shell");
        await Generate("a.webm");
        await File.WriteAllTextAsync(At("hanging"), "#!/bin/sh\nexec sleep 90\n", TestContext.Current.CancellationToken);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(At("hanging"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var verification = Run("verify", At("a.webm"), "--prompt", "a chef on a beach", "--pack", _pack.Folder, "--device", "cpu", "--ffmpeg", At("hanging"), "--deadline", "0.3");
        Assert.Equal(ExitCode.TimedOut, (await verification.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken)).Code);
    }

    [Fact]
    public async Task Clips_with_other_sound_or_of_another_length_differ()
    {
        await Generate("a.webm", "--script", "Hello there, everybody.");
        await Generate("b.webm", "--script", "Nothing of the kind was ever said.");
        Assert.Equal(0, (await Run(
            "generate", "--prompt", "a chef on a beach", "--seconds", "3", "--size", "64", "--script", "Hello there, everybody.", "--pack", _pack.Folder, "--device", "cpu", "--out", At("long.webm"))).Code);
        async Task<string[]> Differences(string other, int expected)
        {
            var (code, output, errors) = await Run("compare", At("a.webm"), At(other), "--pack", _pack.Folder, "--minimum", "-1", "--json", "-");
            Assert.True(code == expected, $"{other}: {code} {output} {errors}");
            using var json = JsonDocument.Parse(output);
            return [.. json.RootElement.GetProperty("differences").EnumerateArray().Select(difference => difference.GetString()!)];
        }

        Assert.Empty(await Differences("a.webm", ExitCode.Success));
        Assert.Equal(["sound"], await Differences("b.webm", ExitCode.Negative));
        Assert.Contains("length", await Differences("long.webm", ExitCode.Negative));
        Assert.Equal(0, (await Run("compare", At("a.webm"), At("b.webm"), "--pack", _pack.Folder, "--minimum", "-1", "--sound", "1000")).Code);
    }

    [Fact]
    public async Task Towers_and_voice_of_other_packs_are_taken()
    {
        PublishedPacks.Clip(Directory.CreateDirectory(At("towers")).FullName);
        PublishedPacks.Kokoro(Directory.CreateDirectory(At("voice")).FullName);
        string[] packs = ["--towers", At("towers"), "--voice-pack", At("voice")];
        var (code, output, errors) = await Generate("a.webm", ["--script", "Hello.", "--json", "-", .. packs]);
        Assert.True(code == 0, errors);
        using var made = JsonDocument.Parse(output);
        Assert.Contains("kokoro 1", made.RootElement.GetProperty("proof").GetProperty("environment").GetString(), StringComparison.Ordinal);
        var plain = await Run("models", "check", _pack.Folder);
        Assert.DoesNotContain(made.RootElement.GetProperty("pack_hash").GetString()!, plain.Output, StringComparison.Ordinal);

        // Random towers reject what they like, but sound and frames come back as they were.
        (_, output, errors) = await Run(
            ["verify", At("a.webm"), "--prompt", "a chef on a beach", "--script", "Hello.", "--pack", _pack.Folder, "--device", "cpu", "--regenerate", "sample", "--json", "-", .. packs]);
        using var judged = JsonDocument.Parse(output);
        Assert.InRange(judged.RootElement.GetProperty("regeneration").GetProperty("sound_distance_decibel").GetDouble(), 0, 4);
        Assert.Equal(0, (await Run(["compare", At("a.webm"), At("a.webm"), "--pack", _pack.Folder, .. packs])).Code);
        (code, output, errors) = await Run(["models", "warm", _pack.Folder, "--json", "-", .. packs]);
        Assert.True(code == 0, errors);
        using var warm = JsonDocument.Parse(output);
        Assert.Equal(made.RootElement.GetProperty("pack_hash").GetString(), warm.RootElement.GetProperty("pack_hash").GetString());
        Assert.Equal(ExitCode.Pack, (await Generate("a.webm", "--towers", At("voice"))).Code);
        Assert.Equal(ExitCode.Pack, (await Generate("a.webm", "--voice-pack", At("towers"))).Code);
    }

    [Fact]
    public async Task Checking_a_pack_loads_it()
    {
        async Task Broken(string mentions)
        {
            _pack.Save();
            var (code, output, _) = await Run("models", "check", _pack.Folder);
            Assert.Equal(ExitCode.Negative, code);
            Assert.Contains(mentions, output, StringComparison.Ordinal);
            (code, output, _) = await Run("models", "check", _pack.Folder, "--json", "-");
            Assert.Equal(ExitCode.Negative, code);
            using var json = JsonDocument.Parse(output);
            Assert.Contains(mentions, json.RootElement.GetProperty("problems")[0].GetString(), StringComparison.Ordinal);
        }

        _pack.Manifest["kind"] = "abacus";
        await Broken("'abacus' are not known");
        _pack.Manifest["kind"] = "toon-layered";
        var sampler = _pack.Manifest["sampler"]!.DeepClone();
        _pack.Manifest.Remove("sampler");
        await Broken("sampler");
        _pack.Manifest["sampler"] = sampler;
        var body = await File.ReadAllBytesAsync(Path.Combine(_pack.Folder, "body.onnx"), TestContext.Current.CancellationToken);
        _pack.Replace("body", new OnnxWriter().Input("code", OnnxWriter.Float, "n", 15).Node("Reshape", ["code"], ["body"]).Output("body", OnnxWriter.Float, "n", 15).ToArray());
        await Broken("'body'");
        _pack.Replace("body", body);
        Assert.Equal(0, (await Run("models", "check", _pack.Folder)).Code);

        PublishedPacks.Kokoro(Directory.CreateDirectory(At("voice")).FullName);
        Assert.Equal(0, (await Run("models", "check", At("voice"))).Code);
        PublishedPacks.Clip(Directory.CreateDirectory(At("towers")).FullName);
        Assert.Equal(0, (await Run("models", "check", At("towers"))).Code);
    }

    [Fact]
    public async Task Json_has_the_keys_that_scripts_rely_on()
    {
        static string[] Keys(JsonElement json) => [.. json.EnumerateObject().Select(member => member.Name)];
        async Task<JsonElement> Json(params string[] arguments)
        {
            var (_, output, errors) = await Run([.. arguments, "--json", "-"]);
            Assert.True(output.StartsWith('{'), output + errors);
            return JsonDocument.Parse(output).RootElement.Clone();
        }

        string[] clip = ["--prompt", "a chef on a beach", "--script", "Hello.", "--pack", _pack.Folder, "--device", "cpu"];
        var made = await Json(["generate", .. clip, "--seconds", "2", "--size", "64", "--out", At("a.webm")]);
        Assert.Equal(
            ["clip_seconds", "generate_seconds", "realtime_factor", "stages_seconds", "provider", "provider_reason", "pack", "pack_hash", "scores", "proof", "embedding"], Keys(made));
        Assert.Equal(["load", "voice", "actor", "animation", "encoding", "verification", "total"], Keys(made.GetProperty("stages_seconds")));
        Assert.Equal(["a", "b", "ensemble", "outlier", "passed"], Keys(made.GetProperty("scores")));
        Assert.Equal(["digest", "recipe", "seed", "environment", "frames", "samples", "stream"], Keys(made.GetProperty("proof")));

        var judged = await Json(["verify", At("a.webm"), .. clip, "--regenerate", "sample"]);
        Assert.Equal(["verdict", "failures", "explanation", "skipped", "scores", "integrity", "regeneration", "embedding"], Keys(judged));
        Assert.Equal(
            ["motion", "longest_still_seconds", "brightness", "contrast", "loudness_decibel", "mouth_sync", "largest_change"], Keys(judged.GetProperty("integrity")));
        Assert.Equal(["frames", "distances", "sharpness", "spot", "texture", "sound_distance_decibel", "added_sound_decibel", "sound_shift"], Keys(judged.GetProperty("regeneration")));

        Assert.Equal(
            ["cosine", "frame_distance", "sound_distance_decibel", "seconds", "differences"], Keys(await Json("compare", At("a.webm"), At("a.webm"), "--pack", _pack.Folder)));
        string[] pack = ["folder", "pack", "kind", "vram_bytes", "pack_hash", "graphs", "problems"];
        Assert.Equal(pack, Keys(await Json("models", "check", _pack.Folder)));
        var packs = (await Json("models", "list")).GetProperty("packs");
        Assert.All(packs.EnumerateArray(), listed => Assert.Equal(pack, Keys(listed)));
        Assert.Equal(
            ["pack", "pack_hash", "provider", "provider_reason", "load_seconds", "generate_seconds"], Keys(await Json("models", "warm", _pack.Folder)));
        var device = await Json("devices", "--device", "cpu");
        Assert.Equal(["runtime", "library", "providers", "wanted", "provider", "threads", "reason"], Keys(device));
        Assert.Equal("cpu", device.GetProperty("provider").GetString());
    }

    [Fact]
    public async Task Models_and_devices_are_shown()
    {
        var (code, output, _) = await Run("models", "check", _pack.Folder);
        Assert.Equal(0, code);
        Assert.Contains("tiny 0.0.1", output, StringComparison.Ordinal);
        File.WriteAllText(Path.Combine(_pack.Folder, "face.onnx"), "broken");
        Assert.Equal(ExitCode.Negative, (await Run("models", "check", _pack.Folder)).Code);
        Assert.Contains("CPUExecutionProvider", (await Run("devices")).Output, StringComparison.Ordinal);
    }
}
