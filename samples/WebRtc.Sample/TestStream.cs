using System.Buffers.Binary;
using System.ComponentModel;
using System.Diagnostics;
using Microsoft.Extensions.Hosting;
using Nsn.WebRtc.Transport;

namespace Nsn.WebRtc.Sample;

/// <summary>A moving test picture with a tone, encoded once by ffmpeg (VP8 in IVF, Opus in Ogg) and played into a source over and over.</summary>
internal sealed class TestStream(MediaSource source) : BackgroundService
{
    private const int Seconds = 10;
    private const int FramesPerSecond = 30;
    private static readonly TimeSpan PacketDuration = TimeSpan.FromMilliseconds(20);

    /// <summary>Where it plays.</summary>
    public MediaSource Source => source;

    /// <summary>What a person reads about it.</summary>
    public string Status { get; private set; } = "The test picture is being encoded.";

    /// <summary>True once it plays.</summary>
    public bool IsLive { get; private set; }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        string folder = Directory.CreateTempSubdirectory("nsn-sample-").FullName;
        List<byte[]> pictures;
        List<byte[]> sounds;
        try
        {
            string ivf = Path.Combine(folder, "picture.ivf");
            string ogg = Path.Combine(folder, "tone.ogg");
            await EncodeAsync(
                $"-f lavfi -i testsrc2=size=640x360:rate={FramesPerSecond} -t {Seconds} -c:v libvpx -b:v 1500k -g {FramesPerSecond} -deadline realtime -cpu-used 8 -auto-alt-ref 0 {ivf}",
                stoppingToken);

            // A tone that swells and fades seven times in ten seconds: whole periods, so that the end fits the beginning.
            await EncodeAsync($"-f lavfi -i aevalsrc=0.2*sin(2*PI*440*t)*(1-cos(1.4*PI*t))/2:s=48000 -t {Seconds} -c:a libopus -b:a 64k -frame_duration 20 {ogg}", stoppingToken);
            pictures = ReadIvf(await File.ReadAllBytesAsync(ivf, stoppingToken));
            sounds = ReadOgg(await File.ReadAllBytesAsync(ogg, stoppingToken));
        }
        catch (Exception exception) when (exception is Win32Exception or InvalidDataException)
        {
            Status = exception is Win32Exception
                ? "There is no test picture because ffmpeg is not installed. Install it and start again, or publish your camera."
                : $"There is no test picture: {exception.Message}";
            await Console.Error.WriteLineAsync(Status);
            return;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        IsLive = true;
        Status = "A moving test picture with a tone.";
        await PlayAsync(pictures, sounds[..(int)(TimeSpan.FromSeconds(Seconds) / PacketDuration)], stoppingToken);
    }

    private async Task PlayAsync(List<byte[]> pictures, List<byte[]> sounds, CancellationToken stoppingToken)
    {
        using PeriodicTimer timer = new(TimeSpan.FromMilliseconds(5));
        Stopwatch clock = Stopwatch.StartNew();
        long picture = 0;
        long sound = 0;
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            for (; TimeSpan.FromSeconds(picture / (double)FramesPerSecond) <= clock.Elapsed; picture++)
            {
                // The lowest bit of a VP8 frame is 0 for a key frame (RFC 6386 section 9.1).
                byte[] frame = pictures[(int)(picture % pictures.Count)];
                source.SendVideo(frame, (uint)(picture * 90_000 / FramesPerSecond), isKeyFrame: (frame[0] & 1) == 0);
            }

            for (; sound * PacketDuration <= clock.Elapsed; sound++)
            {
                source.SendAudio(sounds[(int)(sound % sounds.Count)], (uint)(sound * 960));
            }
        }
    }

    private static async Task EncodeAsync(string arguments, CancellationToken cancellationToken)
    {
        using Process process = Process.Start(new ProcessStartInfo("ffmpeg", "-hide_banner -loglevel error -y " + arguments) { RedirectStandardError = true })!;
        string error = await process.StandardError.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        if (process.ExitCode != 0)
        {
            throw new InvalidDataException("ffmpeg said: " + error.Trim());
        }
    }

    // A header of 32 bytes, then length, time (8 bytes) and data of each frame.
    private static List<byte[]> ReadIvf(byte[] file)
    {
        List<byte[]> frames = [];
        for (int at = 32; at + 12 <= file.Length;)
        {
            int length = BinaryPrimitives.ReadInt32LittleEndian(file.AsSpan(at));
            frames.Add(file[(at + 12)..(at + 12 + length)]);
            at += 12 + length;
        }

        return frames;
    }

    // Pages whose lacing values (RFC 3533 section 6) cut packets; the first two packets are headers (RFC 7845).
    private static List<byte[]> ReadOgg(byte[] file)
    {
        List<byte[]> packets = [];
        List<byte> packet = [];
        for (int at = 0; at + 27 <= file.Length;)
        {
            int segments = file[at + 26];
            int data = at + 27 + segments;
            foreach (byte length in file.AsSpan(at + 27, segments))
            {
                packet.AddRange(file.AsSpan(data, length));
                data += length;
                if (length < 255)
                {
                    packets.Add([.. packet]);
                    packet.Clear();
                }
            }

            at = data;
        }

        return packets[2..];
    }
}
