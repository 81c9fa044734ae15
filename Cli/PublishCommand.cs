using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Nsn.Media;
using Nsn.Vortex;
using Nsn.WebRtc.Client;
using Nsn.WebRtc.Media;
using Nsn.WebRtc.Sessions;

namespace Nsn.Cli;

/// <summary><c>nsn publish</c>: a WebM file to a WHIP endpoint, in real time.</summary>
internal static class PublishCommand
{
    private const int VideoTicksPerMillisecond = 90;
    private const int SoundTicksPerMillisecond = 48;
    private static readonly TimeSpan FarewellTimeout = TimeSpan.FromSeconds(5);

    public static Command Create()
    {
        var file = Files.Argument("file", "A WebM file with VP8 or VP9 and Opus.");
        var live = new LiveSession("WHIP");
        var json = JsonOutput.Option("the figures");
        var command = new Command("publish", "Send a clip to a live channel by WHIP, in real time.") { file, json };
        live.AddTo(command);
        command.SetAction((parsed, cancellationToken) => RunAsync(
            new Request(parsed.GetValue(file)!, live.Endpoint(parsed), live.Token(parsed), live.Timeout(parsed), parsed.GetValue(json)),
            parsed.InvocationConfiguration.Output,
            parsed.InvocationConfiguration.Error,
            cancellationToken));
        return command;
    }

    internal static async Task<int> RunAsync(Request request, TextWriter output, TextWriter progress, CancellationToken cancellationToken)
    {
        Files.CheckPlace(request.Json);
        if (!WebMClip.TryParse(await File.ReadAllBytesAsync(request.File, cancellationToken).ConfigureAwait(false), out var clip, out var reason))
            throw new ClipException(ClipError.InvalidRequest, $"'{request.File}' cannot be published: {reason}");
        if (clip!.Video.Count == 0 || !clip.Video[0].KeyFrame)
            throw new ClipException(ClipError.InvalidRequest, $"'{request.File}' cannot be published: it does not start with a key frame.");
        var codec = clip.Tracks.Codec == VideoCodec.Vp9 ? MediaCodec.Vp9 : MediaCodec.Vp8;
        using var http = new HttpClient { Timeout = Timeout.InfiniteTimeSpan };
        var options = new WebRtcClientOptions
        {
            BearerToken = request.Token,
            Send = true,
            Receive = false,
            DataChannels = false,
            VideoCodec = codec,
            CloseTimeout = FarewellTimeout,
        };
        var client = new WebRtcClient(http, options);
        double connected, sent;
        SessionClosed closed;
        try
        {
            var start = Stopwatch.GetTimestamp();
            await LiveSession.ConnectAsync(client, request.Url, request.ConnectTimeout, cancellationToken).ConfigureAwait(false);
            if (client.Connection.VideoCodec != codec)
                throw new ClipException(ClipError.InvalidRequest, $"{request.Url} does not take {codec.ToString().ToUpperInvariant()}.");
            connected = Stopwatch.GetElapsedTime(start).TotalSeconds;
            start = Stopwatch.GetTimestamp();
            await SendAsync(client, clip, progress, cancellationToken).ConfigureAwait(false);

            // What waits for the pacer still goes out; the figures are of after that.
            closed = await client.Connection.CloseAsync(FarewellTimeout).WaitAsync(FarewellTimeout * 2, CancellationToken.None).ConfigureAwait(false);
            sent = Stopwatch.GetElapsedTime(start).TotalSeconds;
        }
        finally
        {
            await client.DisposeAsync().ConfigureAwait(false);
        }

        var statistics = client.Connection.GetStatistics();
        if (request.Json != "-")
        {
            await output.WriteLineAsync(string.Create(
                CultureInfo.InvariantCulture,
                $"{sent:0.0} s, {statistics.FramesSent} of {clip.Video.Count} pictures and {clip.Audio.Count} packets of sound sent, {statistics.PacketsRepeated} packets repeated"))
                .ConfigureAwait(false);
        }

        await JsonOutput.WriteAsync(
            request.Json,
            output,
            new JsonObject
            {
                ["url"] = request.Url.ToString(),
                ["connect_seconds"] = connected,
                ["sent_seconds"] = sent,
                ["frames"] = clip.Video.Count,
                ["frames_sent"] = statistics.FramesSent,
                ["frames_dropped"] = statistics.FramesDropped,
                ["sound_packets"] = clip.Audio.Count,
                ["packets_sent"] = statistics.PacketsSent,
                ["bytes_sent"] = statistics.BytesSent,
                ["packets_repeated"] = statistics.PacketsRepeated,
                ["nacks_received"] = statistics.NacksReceived,
                ["key_frames_asked_for"] = statistics.PictureLossesReceived,
                ["packets_lost"] = statistics.PacketsLost,
                ["round_trip_seconds"] = statistics.RoundTripTime.TotalSeconds,
                ["estimated_bits_per_second"] = statistics.EstimatedBitrate,
                ["ended_details"] = closed.Details,
            },
            cancellationToken).ConfigureAwait(false);
        return ExitCode.Success;
    }

    private static async Task SendAsync(WebRtcClient client, WebMClip clip, TextWriter progress, CancellationToken cancellationToken)
    {
        var frames = clip.Video.Select(frame => (Frame: frame, IsVideo: true)).Concat(clip.Audio.Select(frame => (Frame: frame, IsVideo: false)))
            .OrderBy(item => item.Frame.TimestampMilliseconds).ToArray();
        var zero = frames[0].Frame.TimestampMilliseconds;
        var bar = new ProgressBar(progress, (int)((frames[^1].Frame.TimestampMilliseconds - zero) / 1000) + 1);
        var start = Stopwatch.GetTimestamp();
        foreach (var (frame, isVideo) in frames)
        {
            var at = frame.TimestampMilliseconds - zero;
            var wait = TimeSpan.FromMilliseconds(at) - Stopwatch.GetElapsedTime(start);
            if (wait > TimeSpan.Zero)
            {
                await Task.Delay(wait, cancellationToken).ConfigureAwait(false);
                bar.Show((int)(at / 1000));
            }

            if (client.Connection.Closed is { IsCompletedSuccessfully: true } closed)
                throw new ClipException(ClipError.Media, $"The session ended after {at / 1000} s: {closed.Result.Details}.");
            if (isVideo)
                client.SendVideo(frame.Data.Span, (uint)(at * VideoTicksPerMillisecond), frame.KeyFrame);
            else
                client.SendAudio(frame.Data.Span, (uint)(at * SoundTicksPerMillisecond));
        }

        bar.Finish(string.Create(CultureInfo.InvariantCulture, $"{(frames[^1].Frame.TimestampMilliseconds - zero) / 1000.0:0.0} s in {Stopwatch.GetElapsedTime(start).TotalSeconds:0.0} s"));
    }

    /// <summary>What to send, and where.</summary>
    internal sealed record Request(string File, Uri Url, string? Token, TimeSpan ConnectTimeout, string? Json);
}
