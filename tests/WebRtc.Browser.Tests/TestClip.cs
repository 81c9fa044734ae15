using System.Buffers.Binary;
using System.Diagnostics;

namespace Nsn.WebRtc.Browser.Tests;

/// <summary>A moving test picture with a tone, made by ffmpeg: VP8 in IVF and Opus in Ogg.</summary>
public sealed class TestClip
{
    public required IReadOnlyList<byte[]> Video { get; init; }

    public required IReadOnlyList<byte[]> Audio { get; init; }

    public required int FramesPerSecond { get; init; }

    public static TestClip Create(int seconds = 4, int framesPerSecond = 30, string size = "640x360", string bitrate = "2M", string encoder = "libvpx")
    {
        string folder = Path.Combine(Path.GetTempPath(), "nsn-webrtc-" + Guid.NewGuid().ToString("N"));
        Directory.CreateDirectory(folder);
        try
        {
            string ivf = Path.Combine(folder, "video.ivf");
            string ogg = Path.Combine(folder, "audio.ogg");
            Run($"-f lavfi -i testsrc2=size={size}:rate={framesPerSecond} -t {seconds} -c:v {encoder} -b:v {bitrate} -g {framesPerSecond} -keyint_min {framesPerSecond} -deadline realtime -cpu-used 8 -auto-alt-ref 0 -f ivf {ivf}");
            Run($"-f lavfi -i sine=frequency=440:sample_rate=48000 -t {seconds} -c:a libopus -b:a 64k -frame_duration 20 -f ogg {ogg}");
            return new TestClip { Video = ReadIvf(File.ReadAllBytes(ivf)), Audio = ReadOgg(File.ReadAllBytes(ogg)), FramesPerSecond = framesPerSecond };
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    public static List<byte[]> ReadIvf(ReadOnlySpan<byte> file)
    {
        List<byte[]> frames = [];
        ReadOnlySpan<byte> rest = file[32..];
        while (rest.Length >= 12)
        {
            int length = BinaryPrimitives.ReadInt32LittleEndian(rest);
            frames.Add(rest.Slice(12, length).ToArray());
            rest = rest[(12 + length)..];
        }

        return frames;
    }

    /// <summary>The packets of an Ogg file without the two headers.</summary>
    public static List<byte[]> ReadOgg(ReadOnlySpan<byte> file)
    {
        List<byte[]> packets = [];
        List<byte> open = [];
        while (file.Length >= 27)
        {
            int segments = file[26];
            ReadOnlySpan<byte> lacing = file.Slice(27, segments);
            int offset = 27 + segments;
            foreach (byte length in lacing)
            {
                open.AddRange(file.Slice(offset, length));
                offset += length;
                if (length < 255)
                {
                    packets.Add([.. open]);
                    open.Clear();
                }
            }

            file = file[offset..];
        }

        return packets[2..];
    }

    private static void Run(string arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo("ffmpeg", "-hide_banner -loglevel error -y " + arguments) { RedirectStandardError = true })!;
        string error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, error);
    }
}
