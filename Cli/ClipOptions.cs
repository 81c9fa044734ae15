using System.CommandLine;
using System.Globalization;
using Nsn.Vortex;
using Nsn.Vortex.Inference;
using Nsn.Vortex.Pipeline;

namespace Nsn.Cli;

/// <summary>The options that describe a clip and where it is made; <c>generate</c> and <c>verify</c> share them.</summary>
internal sealed class ClipOptions
{
    public Option<string> Prompt { get; } = new("--prompt", "-p") { Description = "What is to be seen.", Required = true };

    public Option<string> Script { get; } = new("--script", "-s") { Description = "What is said.", DefaultValueFactory = _ => "" };

    public Option<string> Negative { get; } = new("--negative") { Description = "What is not to be seen.", DefaultValueFactory = _ => "" };

    public Option<ulong> Seed { get; } = new("--seed") { Description = "Fixes what the prompt leaves open.", DefaultValueFactory = _ => 1 };

    public Option<int> Seconds { get; } = new("--seconds") { Description = "Length, 1 to 60.", DefaultValueFactory = _ => 8 };

    public Option<string> Size { get; } = new("--size") { Description = "Width and height in pixels, as 256 or 640x360.", DefaultValueFactory = _ => "256" };

    public Option<int> Fps { get; } = new("--fps") { Description = "Frames per second, 8 to 60.", DefaultValueFactory = _ => 12 };

    public Option<string> Voice { get; } = new("--voice") { Description = "Voice of the speaker.", DefaultValueFactory = _ => "default" };

    public Option<double> Speed { get; } = new("--speed") { Description = "Speaking rate, 0.5 to 2.", DefaultValueFactory = _ => 1 };

    public Option<string> Emotion { get; } = Choice("--emotion", "Emotion of the voice.", "neutral", ClipRequestValidator.Emotions);

    public Option<string> Motion { get; } = Choice("--motion", "How lively the presenter moves.", "natural", ClipRequestValidator.MotionPresets);

    public Option<string> Camera { get; } = Choice("--camera", "What the camera does.", "static", ClipRequestValidator.CameraMotions);

    public Option<string[]> Expressions { get; } = new("--expressions")
    {
        Description = $"Moods that follow each other: {string.Join(", ", ClipRequestValidator.Expressions)}.",
        AllowMultipleArgumentsPerToken = true,
        DefaultValueFactory = _ => [],
    };

    public Option<string?> Pack { get; } = new("--pack") { Description = "Folder of the model pack; models/toon/pack above the current folder by default." };

    public Option<string> Device { get; } = Choice("--device", "What runs the graphs.", "auto", ProviderSelector.Names);

    public Option<int> Threads { get; } = new("--threads") { Description = "Processor threads; 0 takes all cores.", DefaultValueFactory = _ => 0 };

    public Option<string?> Towers { get; } = TowersOption();

    public Option<string?> VoicePack { get; } = VoicePackOption();

    public Option<string> Ffmpeg { get; } = new Option<string>("--ffmpeg") { Description = "The ffmpeg program.", DefaultValueFactory = _ => "ffmpeg" }.NotBlank();

    public Option<double> Deadline { get; } = new("--deadline") { Description = "Seconds after which to give up.", DefaultValueFactory = _ => 300 };

    public void AddTo(Command command)
    {
        foreach (var option in new Option[]
        {
            Prompt, Script, Negative, Seed, Seconds, Size, Fps, Voice, Speed, Emotion, Motion, Camera, Expressions, Pack, Towers, VoicePack, Device, Threads, Ffmpeg, Deadline,
        })
            command.Options.Add(option);
    }

    public ClipRequest Request(ParseResult parsed) => new()
    {
        Prompt = parsed.GetValue(Prompt)!,
        Script = parsed.GetValue(Script)!,
        NegativePrompt = parsed.GetValue(Negative)!,
        Seed = ClipSeed.FromNumber(parsed.GetValue(Seed)),
        DurationSeconds = parsed.GetValue(Seconds),
        Width = Side(parsed.GetValue(Size)!, 0),
        Height = Side(parsed.GetValue(Size)!, ^1),
        FramesPerSecond = parsed.GetValue(Fps),
        VoiceId = parsed.GetValue(Voice)!,
        Speed = parsed.GetValue(Speed),
        Emotion = parsed.GetValue(Emotion)!,
        MotionPreset = parsed.GetValue(Motion)!,
        CameraMotion = parsed.GetValue(Camera)!,
        ExpressionSequence = parsed.GetValue(Expressions)!,
    };

    private static int Side(string size, Index index)
    {
        var sides = size.Split('x');
        return sides.Length <= 2 && int.TryParse(sides[index], NumberStyles.None, CultureInfo.InvariantCulture, out var side)
            ? side
            : throw new ClipException(ClipError.InvalidRequest, $"The size '{size}' is neither a number of pixels nor two with an x between them.");
    }

    public ClipPipelineOptions PipelineOptions(ParseResult parsed) => new()
    {
        PackFolder = PackLocator.Find(parsed.GetValue(Pack)),
        TowersPackFolder = parsed.GetValue(Towers),
        VoicePackFolder = parsed.GetValue(VoicePack),
        Device = parsed.GetValue(Device)!,
        Threads = parsed.GetValue(Threads),
        FfmpegPath = parsed.GetValue(Ffmpeg)!,
        Deadline = Limit(parsed.GetValue(Deadline)),
    };

    public static Option<string?> TowersOption() =>
        new Option<string?>("--towers") { Description = "Folder of a pack whose towers judge instead of the model pack's own." }.NotBlank();

    public static Option<string?> VoicePackOption() =>
        new Option<string?>("--voice-pack") { Description = "Folder of a pack that speaks instead of espeak-ng." }.NotBlank();

    private static TimeSpan Limit(double seconds) => seconds > 0
        ? TimeSpan.FromSeconds(Math.Clamp(seconds, .001, 86_400))
        : throw new ClipException(ClipError.InvalidRequest, string.Create(CultureInfo.InvariantCulture, $"The deadline {seconds} is no number of seconds above 0."));

    public static Option<string> Choice(string name, string description, string value, IReadOnlyList<string> choices)
    {
        var option = new Option<string>(name) { Description = description, DefaultValueFactory = _ => value };
        option.AcceptOnlyFromAmong([.. choices]);
        return option;
    }
}
