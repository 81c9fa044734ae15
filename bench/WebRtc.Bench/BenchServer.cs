using System.Diagnostics;
using System.Runtime;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Nsn.WebRtc.DataChannels;
using Nsn.WebRtc.Hosting;
using Nsn.WebRtc.Sctp;
using Nsn.WebRtc.Sessions;
using Nsn.WebRtc.Transport;

namespace Nsn.WebRtc.Bench;

/// <summary>The measured process: a gateway with a synthetic channel, and counters to read.</summary>
internal static class BenchServer
{
    public static async Task<int> RunAsync(double megabitsPerSecond)
    {
        using WebRtcServer server = new(new WebRtcServerOptions());
        MediaSource source = new(server, "bench");
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        await using WebApplication app = builder.Build();
        app.MapWhep("/whep", server, new WhepOptions { FindSource = _ => source, OnAccepted = (_, connection) => connection.Event += Flood });
        AllocationLog allocations = new(() => server.Sent.Datagrams);
        app.MapGet("/counters", () => Counters(server));
        app.MapGet("/allocations", (long from, long until) => Results.Json(allocations.BytesPerDatagram(from, until)));
        TestStream stream = new(megabitsPerSecond);
        app.MapPost("/sound", (bool on) => stream.HasSound = on);
        await app.StartAsync();
        Console.WriteLine(app.Urls.First());
        using CancellationTokenSource stop = new();
        Thread media = new(() => stream.Play(SendPicture, source.SendAudio, stop.Token)) { IsBackground = true };
        media.Start();
        Thread log = new(() => allocations.Run(stop.Token)) { IsBackground = true };
        log.Start();

        // The parent closes our input when it is done.
        await Console.In.ReadToEndAsync();
        await stop.CancelAsync();
        media.Join();
        log.Join();
        return 0;

        void SendPicture(ReadOnlySpan<byte> frame, uint timestamp, bool isKey) => source.SendVideo(frame, timestamp, isKey);
    }

    private static IResult Counters(WebRtcServer server)
    {
        using Process process = Process.GetCurrentProcess();
        SessionStatistics[] all = [.. server.Connections.Select(connection => connection.GetStatistics())];
        return Results.Json(new ServerCounters(
            process.TotalProcessorTime.TotalSeconds,
            process.PrivilegedProcessorTime.TotalSeconds,
            all.Sum(statistics => statistics.PacketsSent + statistics.PacketsRepeated),
            all.Sum(statistics => statistics.PacketsRepeated),
            all.Count(statistics => statistics.State == SessionState.Connected),
            process.WorkingSet64,
            server.Sent.Datagrams,
            server.Sent.SystemCalls,
            (int)JitInfo.GetCompiledMethodCount()));
    }

    // Sends as fast as the channel takes it, without blocking: goes on when it is writable again.
    private static void Flood(WebRtcConnection connection, SessionEvent sessionEvent)
    {
        DataChannel? channel = (sessionEvent as DataChannelOpened)?.Channel ?? (sessionEvent as DataChannelWritable)?.Channel;
        if (channel is null || channel.Label != "flood")
        {
            return;
        }

        byte[] message = new byte[65_536];
        while (connection.SendData(channel, message) == SctpSendResult.Queued)
        {
        }
    }
}
