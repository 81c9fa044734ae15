using System.Buffers.Binary;
using System.Diagnostics;
using Nsn.WebRtc.Media;

namespace Nsn.WebRtc.Browser.Tests;

/// <summary>A moving test picture with a tone, made by ffmpeg: VP8 or VP9 in IVF or H.264 in Annex B form, and Opus in Ogg.</summary>
public sealed class TestClip
{
    public required MediaCodec Codec { get; init; }

    public required IReadOnlyList<byte[]> Video { get; init; }

    public required IReadOnlyList<byte[]> Audio { get; init; }

    public required int FramesPerSecond { get; init; }

    public static TestClip Create(MediaCodec codec = MediaCodec.Vp8, int seconds = 4, int framesPerSecond = 30, string size = "640x360", string bitrate = "2M")
    {
        string folder = Path.Combine(Path.GetTempPath(), "nsn-webrtc-" + Guid.NewGuid().ToString("N"));
        Directory.CreateDirectory(folder);
        try
        {
            string video = Path.Combine(folder, "video");
            string ogg = Path.Combine(folder, "audio.ogg");
            string encoder = codec switch
            {
                MediaCodec.Vp9 => "libvpx-vp9 -deadline realtime -cpu-used 8 -lag-in-frames 0 -auto-alt-ref 0 -f ivf",
                MediaCodec.H264 => "libx264 -preset ultrafast -tune zerolatency -profile:v baseline -pix_fmt yuv420p -x264-params aud=1 -f h264",
                _ => "libvpx -deadline realtime -cpu-used 8 -auto-alt-ref 0 -f ivf",
            };
            Run($"-f lavfi -i testsrc2=size={size}:rate={framesPerSecond} -t {seconds} -b:v {bitrate} -g {framesPerSecond} -keyint_min {framesPerSecond} -c:v {encoder} {video}");
            Run($"-f lavfi -i sine=frequency=440:sample_rate=48000 -t {seconds} -c:a libopus -b:a 64k -frame_duration 20 -f ogg {ogg}");
            byte[] file = File.ReadAllBytes(video);
            return new TestClip
            {
                Codec = codec,
                Video = codec == MediaCodec.H264 ? ReadAccessUnits(file) : ReadIvf(file),
                Audio = ReadOgg(File.ReadAllBytes(ogg)),
                FramesPerSecond = framesPerSecond,
            };
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>True if decoding can start at that frame.</summary>
    public bool IsKeyFrame(int frame) => Codec switch
    {
        // The frame type of profile 0 (VP9 bitstream specification, section 6.2), and no frame shown again.
        MediaCodec.Vp9 => (Video[frame][0] & 0x0C) == 0,
        MediaCodec.H264 => StartsOfUnits(Video[frame]).Any(start => (Video[frame][start] & 0x1F) == 5),
        _ => (Video[frame][0] & 1) == 0,
    };

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

    // Each access unit begins with a delimiter (NAL unit type 9).
    private static List<byte[]> ReadAccessUnits(byte[] file)
    {
        const int StartCode = 4;
        int[] starts = [.. StartsOfUnits(file).Where(start => (file[start] & 0x1F) == 9).Select(start => start - StartCode)];
        return [.. starts.Select((start, index) => file[start..(index + 1 < starts.Length ? starts[index + 1] : file.Length)])];
    }

    // Where the NAL units' first bytes are, behind their start codes.
    private static IEnumerable<int> StartsOfUnits(byte[] stream)
    {
        for (int i = 2; i + 1 < stream.Length; i++)
        {
            if (stream[i] == 1 && stream[i - 1] == 0 && stream[i - 2] == 0)
            {
                yield return i + 1;
            }
        }
    }

    private static void Run(string arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo("ffmpeg", "-hide_banner -loglevel error -y " + arguments) { RedirectStandardError = true })!;
        string error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, error);
    }
}
