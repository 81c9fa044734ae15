using System.Diagnostics;

namespace Nsn.WebRtc.Bench;

/// <summary>A synthetic channel in real time: 30 frames a second, each thirtieth a key frame of four times the size, and where it is wanted 50 Opus packets.</summary>
internal sealed class TestStream
{
    private const int FramesPerSecond = 30;
    private const int SoundsPerSecond = 50;

    private readonly byte[] _key;
    private readonly byte[] _delta;
    private readonly byte[] _sound = new byte[160];
    private bool _hasSound;

    public TestStream(double megabitsPerSecond)
    {
        int average = (int)(megabitsPerSecond * 1e6 / 8 / FramesPerSecond);
        _key = new byte[average * 4];
        _delta = new byte[((average * FramesPerSecond) - _key.Length) / (FramesPerSecond - 1)];
        new Random(1).NextBytes(_key);
        new Random(2).NextBytes(_delta);
        _key[0] &= 0xFE;
        _delta[0] |= 1;
    }

    /// <summary>Whether there are Opus packets, too; may change while it plays.</summary>
    public bool HasSound
    {
        get => Volatile.Read(ref _hasSound);
        set => Volatile.Write(ref _hasSound, value);
    }

    public delegate void Picture(ReadOnlySpan<byte> frame, uint timestamp, bool isKeyFrame);

    public delegate void Sound(ReadOnlySpan<byte> packet, uint timestamp);

    /// <summary>Calls for each frame when it is due, until it is told to stop.</summary>
    public void Play(Picture picture, Sound sound, CancellationToken stop)
    {
        Stopwatch clock = Stopwatch.StartNew();
        long pictures = 0;
        long sounds = 0;
        while (!stop.IsCancellationRequested)
        {
            TimeSpan now = clock.Elapsed;
            for (; Due(pictures, FramesPerSecond) <= now; pictures++)
            {
                bool isKey = pictures % FramesPerSecond == 0;
                picture(isKey ? _key : _delta, (uint)(pictures * 90_000 / FramesPerSecond), isKey);
            }

            for (; Due(sounds, SoundsPerSecond) <= now; sounds++)
            {
                if (HasSound)
                {
                    sound(_sound, (uint)(sounds * 48_000 / SoundsPerSecond));
                }
            }

            TimeSpan next = !HasSound || Due(pictures, FramesPerSecond) < Due(sounds, SoundsPerSecond) ? Due(pictures, FramesPerSecond) : Due(sounds, SoundsPerSecond);
            TimeSpan wait = next - clock.Elapsed;
            stop.WaitHandle.WaitOne(wait > TimeSpan.FromMilliseconds(1) ? wait : TimeSpan.FromMilliseconds(1));
        }
    }

    private static TimeSpan Due(long number, int perSecond) => TimeSpan.FromSeconds(number / (double)perSecond);
}
