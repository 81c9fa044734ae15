using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Nsn.Vortex;
using Nsn.WebRtc.Client;
using Nsn.WebRtc.Sessions;

namespace Nsn.Cli;

/// <summary><c>nsn watch</c>: what a WHEP endpoint sends, as a file and as figures.</summary>
internal static class WatchCommand
{
    private const int SecondsMax = 24 * 60 * 60;

    public static Command Create()
    {
        var live = new LiveSession("WHEP");
        var outFile = new Option<string?>("--out", "-o") { Description = "Write picture and sound to a WebM file." }.NotBlank();
        var seconds = new Option<double?>("--seconds") { Description = "How long; until Ctrl-C or the end of the stream where it is not given." };
        seconds.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && !(result.GetValueOrDefault<double?>() is > 0 and <= SecondsMax))
                result.AddError($"--seconds is more than 0 and at most {SecondsMax}.");
        });
        var json = JsonOutput.Option("the figures");
        var command = new Command("watch", "Watch a live channel by WHEP. Ctrl-C finishes the file.") { outFile, seconds, json };
        live.AddTo(command);
        command.SetAction((parsed, cancellationToken) => RunAsync(
            new Request(live.Endpoint(parsed), live.Token(parsed), live.Timeout(parsed), parsed.GetValue(outFile), parsed.GetValue(seconds), parsed.GetValue(json)),
            new LiveRecording(keepsFrames: parsed.GetValue(outFile) is not null),
            parsed.InvocationConfiguration.Output,
            parsed.InvocationConfiguration.Error,
            cancellationToken));
        return command;
    }

    /// <summary>Watches until it was long enough, the stream ends, or <paramref name="stop"/>; then writes what there is.</summary>
    internal static async Task<int> RunAsync(Request request, LiveRecording recording, TextWriter output, TextWriter progress, CancellationToken stop)
    {
        Files.CheckPlace(request.Out);
        Files.CheckPlace(request.Json);
        using var http = new HttpClient { Timeout = Timeout.InfiniteTimeSpan };
        await using var client = new WebRtcClient(http, new WebRtcClientOptions { BearerToken = request.Token, DataChannels = false, CloseTimeout = TimeSpan.Zero });
        client.Connection.Event += (_, e) =>
        {
            if (e is FrameReceived received)
                recording.Note(received.Frame);
        };
        var start = Stopwatch.GetTimestamp();
        await LiveSession.ConnectAsync(client, request.Url, request.ConnectTimeout, stop).ConfigureAwait(false);
        var connected = Stopwatch.GetElapsedTime(start);
        var (ended, details) = await WaitAsync(client, recording, request.Seconds, progress, stop).ConfigureAwait(false);
        recording.Finish();
        var watched = Stopwatch.GetElapsedTime(start) - connected;
        var statistics = client.Connection.GetStatistics();

        // The file first: after Ctrl-C there is little time, and the server hears soon enough that nobody watches.
        if (request.Out is not null && recording.Width > 0)
            await Files.WriteAsync(request.Out, recording.ToWebM(), CancellationToken.None).ConfigureAwait(false);
        if (request.Json != "-")
            await output.WriteLineAsync(Text(request, recording, statistics, watched, details)).ConfigureAwait(false);
        await JsonOutput.WriteAsync(
            request.Json, output, Describe(request, recording, statistics, connected, watched, ended, details), CancellationToken.None).ConfigureAwait(false);
        if (recording.Width == 0)
            throw new ClipException(ClipError.Media, $"No picture came from {request.Url} in {Seconds(watched)} s.");
        return ended == End.Broken ? ExitCode.Failed : ExitCode.Success;
    }

    private static async Task<(End Ended, string Details)> WaitAsync(
        WebRtcClient client, LiveRecording recording, double? seconds, TextWriter progress, CancellationToken stop)
    {
        var start = Stopwatch.GetTimestamp();
        var isLive = !Console.IsErrorRedirected && ReferenceEquals(progress, Console.Error);
        var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var registration = stop.Register(() => stopped.TrySetResult());
        var closed = client.Connection.Closed;
        while (true)
        {
            var left = seconds is { } limit ? TimeSpan.FromSeconds(limit) - Stopwatch.GetElapsedTime(start) : TimeSpan.MaxValue;
            if (stopped.Task.IsCompleted)
                return (End.Stopped, "stopped");
            if (closed.IsCompletedSuccessfully)
                return closed.Result.Reason == CloseReason.Peer ? (End.Stream, "the server ended the stream") : (End.Broken, closed.Result.Details);
            if (recording.Full.IsCompleted)
                return (End.Full, "the file is as long as it may be");
            if (left <= TimeSpan.Zero)
                return (End.Seconds, "watched as long as asked");
            await Task.WhenAny(stopped.Task, closed, recording.Full, Task.Delay(left < TimeSpan.FromSeconds(1) ? left : TimeSpan.FromSeconds(1), CancellationToken.None)).ConfigureAwait(false);
            if (isLive)
                await progress.WriteAsync($"\r{Stopwatch.GetElapsedTime(start).TotalSeconds:0} s, {recording.Frames} pictures, {recording.Packets} packets of sound ").ConfigureAwait(false);
        }
    }

    private static string Text(Request request, LiveRecording recording, SessionStatistics statistics, TimeSpan watched, string details) => string.Create(
        CultureInfo.InvariantCulture,
        $"{Seconds(watched)} s, {recording.Frames} pictures of {recording.Width}x{recording.Height}, {recording.Packets} packets of sound, {statistics.ReceivedPacketsLost} packets lost, {statistics.PacketsRecovered} repeated{(request.Out is null || recording.Width == 0 ? "" : $", written to {request.Out}")}: {details}");

    private static JsonObject Describe(
        Request request, LiveRecording recording, SessionStatistics statistics, TimeSpan connected, TimeSpan watched, End ended, string details) => new()
        {
            ["url"] = request.Url.ToString(),
            ["connect_seconds"] = connected.TotalSeconds,
            ["watched_seconds"] = watched.TotalSeconds,
            ["ended"] = ended.ToString().ToLowerInvariant(),
            ["ended_details"] = details,
            ["video"] = new JsonObject
            {
                ["codec"] = "vp8",
                ["width"] = recording.Width,
                ["height"] = recording.Height,
                ["frames"] = recording.Frames,
                ["key_frames"] = recording.KeyFrames,
                ["bytes"] = recording.VideoBytes,
                ["longest_pause_seconds"] = recording.LongestPause.TotalSeconds,
            },
            ["sound"] = new JsonObject { ["codec"] = "opus", ["packets"] = recording.Packets, ["bytes"] = recording.SoundBytes },
            ["packets_received"] = statistics.PacketsReceived,
            ["packets_lost"] = statistics.ReceivedPacketsLost,
            ["packets_recovered"] = statistics.PacketsRecovered,
            ["nacks_sent"] = statistics.NacksSent,
            ["datagrams_dropped"] = statistics.DatagramsDropped,
            ["srtp_profile"] = statistics.SrtpProfile?.ToString(),
        };

    private static string Seconds(TimeSpan span) => span.TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture);

    /// <summary>What to watch, and where to put it.</summary>
    internal sealed record Request(Uri Url, string? Token, TimeSpan ConnectTimeout, string? Out, double? Seconds, string? Json);

    private enum End
    {
        Seconds,
        Stopped,
        Stream,
        Full,
        Broken,
    }
}
