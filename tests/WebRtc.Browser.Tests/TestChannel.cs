using System.Diagnostics;
using Nsn.WebRtc.Transport;

namespace Nsn.WebRtc.Browser.Tests;

/// <summary>Plays a clip into a source in real time, over and over, from a thread of its own.</summary>
public sealed class TestChannel : IDisposable
{
    private readonly TestClip _clip;
    private readonly MediaSource _source;
    private readonly Thread _thread;
    private readonly ManualResetEventSlim _stop = new();

    public TestChannel(TestClip clip, MediaSource source)
    {
        _clip = clip;
        _source = source;
        _thread = new Thread(Run) { IsBackground = true };
        _thread.Start();
    }

    public void Dispose()
    {
        _stop.Set();
        _thread.Join();
        _stop.Dispose();
    }

    private void Run()
    {
        Stopwatch clock = Stopwatch.StartNew();
        long video = 0;
        long audio = 0;
        while (!_stop.IsSet)
        {
            TimeSpan now = clock.Elapsed;
            while (TimeSpan.FromSeconds(video / (double)_clip.FramesPerSecond) <= now)
            {
                int frame = (int)(video % _clip.Video.Count);
                _source.SendVideo(_clip.Video[frame], (uint)(video * 90_000 / _clip.FramesPerSecond), _clip.IsKeyFrame(frame));
                video++;
            }

            while (TimeSpan.FromMilliseconds(audio * 20) <= now)
            {
                _source.SendAudio(_clip.Audio[(int)(audio % _clip.Audio.Count)], (uint)(audio * 960));
                audio++;
            }

            _stop.Wait(5);
        }
    }
}
