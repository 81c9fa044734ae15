using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using Nsn.WebRtc.Bench;
using Nsn.WebRtc.Client;
using Nsn.WebRtc.DataChannels;
using Nsn.WebRtc.Sessions;
using Nsn.WebRtc.Srtp;

string mode = args.FirstOrDefault() ?? "all";
int viewers = (int)Option("--viewers", 50);
double megabits = Option("--mbps", 2);
double seconds = Option("--seconds", 10);
double warmUp = Option("--warm-up", 10);
string? json = args.SkipWhile(argument => argument != "--json").Skip(1).FirstOrDefault();
if (mode == "serve")
{
    return await BenchServer.RunAsync(megabits);
}

Dictionary<string, double> results = [];
if (mode is "all" or "srtp")
{
    MeasureSrtp(results);
}

if (mode is "all" or "fanout" or "dc")
{
    using Process server = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, ["serve", "--mbps", megabits.ToString(CultureInfo.InvariantCulture)])
    {
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
    })!;
    Uri origin = new((await server.StandardOutput.ReadLineAsync())!);
    using HttpClient http = new();
    if (mode is "all" or "fanout")
    {
        await MeasureFanoutAsync(http, origin, results);
    }

    if (mode is "all" or "dc")
    {
        await MeasureDataChannelAsync(http, origin, results);
    }

    server.StandardInput.Close();
    server.WaitForExit(5_000);
}

foreach ((string name, double value) in results)
{
    Console.WriteLine($"{name,-28} {value.ToString("G5", CultureInfo.InvariantCulture)}");
}

if (json is not null)
{
    await File.WriteAllTextAsync(json, JsonSerializer.Serialize(results, new JsonSerializerOptions { WriteIndented = true }) + "\n");
}

return 0;

double Option(string name, double fallback)
{
    string? text = args.SkipWhile(argument => argument != name).Skip(1).FirstOrDefault();
    return text is null ? fallback : double.Parse(text, CultureInfo.InvariantCulture);
}

async Task MeasureFanoutAsync(HttpClient http, Uri origin, Dictionary<string, double> output)
{
    using ClientLoop loop = new();
    List<WebRtcClient> clients = [];
    List<double> joins = [];
    ServerCounters before = (await http.GetFromJsonAsync<ServerCounters>(new Uri(origin, "/counters")))!;
    Stopwatch joining = Stopwatch.StartNew();
    for (int i = 0; i < viewers; i++)
    {
        WebRtcClient client = new(http, new WebRtcClientOptions { DataChannels = false }, loop);
        TaskCompletionSource firstFrame = new(TaskCreationOptions.RunContinuationsAsynchronously);
        client.Connection.Event += (_, e) =>
        {
            if (e is FrameReceived { Frame.Codec: not Nsn.WebRtc.Media.MediaCodec.Opus })
            {
                firstFrame.TrySetResult();
            }
        };
        clients.Add(client);
        Stopwatch join = Stopwatch.StartNew();
        await client.ConnectAsync(new Uri(origin, "/whep"));
        await firstFrame.Task.WaitAsync(TimeSpan.FromSeconds(10));
        joins.Add(join.Elapsed.TotalMilliseconds);
    }

    output["joins_per_s"] = viewers / joining.Elapsed.TotalSeconds;
    joins.Sort();
    output["join_p50_ms"] = joins[joins.Count / 2];
    output["join_p95_ms"] = joins[Math.Min(joins.Count - 1, joins.Count * 95 / 100)];

    // The compiler works on what runs often for some seconds after the last join: that is no cost of a viewer's.
    await Task.Delay(TimeSpan.FromSeconds(warmUp));
    ServerCounters start = (await http.GetFromJsonAsync<ServerCounters>(new Uri(origin, "/counters")))!;
    long received = clients.Sum(client => client.Connection.GetStatistics().PacketsReceived);
    Stopwatch clock = Stopwatch.StartNew();
    await Task.Delay(TimeSpan.FromSeconds(seconds));
    ServerCounters end = (await http.GetFromJsonAsync<ServerCounters>(new Uri(origin, "/counters")))!;
    double elapsed = clock.Elapsed.TotalSeconds;
    long packets = end.Packets - start.Packets;
    output["viewers"] = viewers;
    output["cpu_s_per_viewer_s"] = (end.CpuSeconds - start.CpuSeconds) / elapsed / viewers;
    output["packets_per_s"] = packets / elapsed;
    output["cpu_us_per_packet"] = (end.CpuSeconds - start.CpuSeconds) * 1e6 / Math.Max(1, packets);
    output["datagrams_per_send_call"] = (end.Datagrams - start.Datagrams) / (double)Math.Max(1, end.SendCalls - start.SendCalls);
    output["send_calls_per_s"] = (end.SendCalls - start.SendCalls) / elapsed;
    output["allocated_bytes_per_packet"] = (end.AllocatedBytes - start.AllocatedBytes) / (double)Math.Max(1, packets);
    output["received_per_s"] = (clients.Sum(client => client.Connection.GetStatistics().PacketsReceived) - received) / elapsed;
    output["packets_lost"] = clients.Sum(client => client.Connection.GetStatistics().ReceivedPacketsLost);
    output["packets_repeated"] = end.Repeats - before.Repeats;
    output["rss_mb"] = end.WorkingSet / 1e6;
    foreach (WebRtcClient client in clients)
    {
        await client.DisposeAsync();
    }
}

async Task MeasureDataChannelAsync(HttpClient http, Uri origin, Dictionary<string, double> output)
{
    await using WebRtcClient client = new(http, new WebRtcClientOptions { Receive = false });
    long bytes = 0;
    client.Connection.Event += (_, e) =>
    {
        if (e is DataChannelMessage message)
        {
            Interlocked.Add(ref bytes, message.Data.Length);
        }
    };
    await client.ConnectAsync(new Uri(origin, "/whep"));
    client.Connection.OpenDataChannel("flood", new DataChannelSettings());
    await Task.Delay(1_000);
    ServerCounters start = (await http.GetFromJsonAsync<ServerCounters>(new Uri(origin, "/counters")))!;
    long startBytes = Interlocked.Read(ref bytes);
    Stopwatch clock = Stopwatch.StartNew();
    await Task.Delay(TimeSpan.FromSeconds(seconds));
    double megabytes = (Interlocked.Read(ref bytes) - startBytes) / 1e6;
    ServerCounters end = (await http.GetFromJsonAsync<ServerCounters>(new Uri(origin, "/counters")))!;
    output["dc_mb_per_s"] = megabytes / clock.Elapsed.TotalSeconds;
    output["dc_cpu_ms_per_mb"] = (end.CpuSeconds - start.CpuSeconds) * 1e3 / Math.Max(0.001, megabytes);
}

void MeasureSrtp(Dictionary<string, double> output)
{
    foreach (SrtpProfile profile in new[] { SrtpProfile.AeadAes128Gcm, SrtpProfile.Aes128CmHmacSha1Tag80 })
    {
        using SrtpSender sender = new(profile, new byte[16], new byte[profile.SaltLength()]);
        byte[] packet = new byte[1_200];
        packet[0] = 0x80;
        List<double> rounds = [];
        ulong index = 0;
        for (int round = 0; round < 6; round++)
        {
            TimeSpan start = Environment.CpuUsage.TotalTime; // not of the clock on the wall: others may work on the machine
            for (int i = 0; i < 50_000; i++)
            {
                sender.ProtectRtp(packet, 24, 1_100, index++);
            }

            rounds.Add((Environment.CpuUsage.TotalTime - start).TotalNanoseconds / 50_000);
        }

        rounds.Sort();
        output[profile == SrtpProfile.AeadAes128Gcm ? "srtp_protect_ns" : "srtp_protect_cm_ns"] = rounds[2];
    }
}
