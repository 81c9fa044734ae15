using Nsn.Gateway.Channels;
using Nsn.Media;
using Nsn.WebRtc.Transport;

namespace Nsn.Gateway.Media;

/// <summary>
/// Plays the channel in real time into a media source, for players that do not verify (WHEP): takes the segments of the slot on air apart and
/// sends each frame when it is due. Time stamps go on across slots, so a player sees one endless stream.
/// </summary>
internal sealed partial class MediaFeed(ChannelTail tail, MediaSource source, TimeProvider time, ILogger<MediaFeed> logger) : BackgroundService
{
    private const int VideoClock = 90_000;
    private const int AudioClock = 48_000;
    private DateTimeOffset _zero;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        _zero = time.GetUtcNow();
        ulong? last = null;
        while (!stoppingToken.IsCancellationRequested)
        {
            var changed = tail.Changed;
            var next = tail.Slots.Values.FirstOrDefault(view => view.Content is not null && view.Slot > (last ?? 0) && view.EndsAt > time.GetUtcNow());
            if (next is null)
            {
                await Task.WhenAny(changed, Task.Delay(TimeSpan.FromSeconds(1), time, stoppingToken));
                continue;
            }

            last = next.Slot;
            try
            {
                await PlayAsync(next, stoppingToken);
            }
            catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
            {
                // One clip less for those who do not verify; the others, and the next clip, are not concerned.
                LogNotPlayed(failure, next.Slot);
            }
        }
    }

    private async Task PlayAsync(SlotView view, CancellationToken stoppingToken)
    {
        foreach (var segment in view.Content!.Segments)
        {
            if (view.AirsAt.AddMilliseconds(segment.StartMilliseconds + segment.DurationMilliseconds) < time.GetUtcNow())
                continue;
            if (!WebMClip.TryParse(segment.Bytes, out var clip, out var reason))
            {
                LogUnreadable(view.Slot, reason);
                return;
            }

            foreach (var (frame, isVideo) in Merge(clip!))
            {
                var due = view.AirsAt.AddMilliseconds(frame.TimestampMilliseconds);
                var wait = due - time.GetUtcNow();
                if (wait > TimeSpan.FromMilliseconds(2))
                    await Task.Delay(wait, time, stoppingToken);
                var since = (due - _zero).TotalSeconds;
                if (isVideo)
                    source.SendVideo(frame.Data.Span, unchecked((uint)(long)(since * VideoClock)), frame.KeyFrame);
                else
                    source.SendAudio(frame.Data.Span, unchecked((uint)(long)(since * AudioClock)));
            }
        }
    }

    private static IEnumerable<(EncodedFrame Frame, bool IsVideo)> Merge(WebMClip clip) =>
        clip.Video.Select(frame => (Frame: frame, IsVideo: true))
            .Concat(clip.Audio.Select(frame => (Frame: frame, IsVideo: false)))
            .OrderBy(entry => entry.Frame.TimestampMilliseconds);

    [LoggerMessage(2, LogLevel.Error, "Slot {Slot} could not be played to WHEP viewers")]
    private partial void LogNotPlayed(Exception failure, ulong slot);

    [LoggerMessage(1, LogLevel.Warning, "Slot {Slot} cannot be played to WHEP viewers: {Reason}")]
    private partial void LogUnreadable(ulong slot, string reason);
}
