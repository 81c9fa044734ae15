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
        var (code, _, errors) = await Generate("../../../../dev/full/clip.webm");
        Assert.Equal(ExitCode.Storage, code);
        Assert.NotEmpty(errors);
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
