using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Reflection;
using System.Text.Json;
using Nsn.WebRtc.Bench;
using Nsn.WebRtc.Client;
using Nsn.WebRtc.DataChannels;
using Nsn.WebRtc.Dtls;
using Nsn.WebRtc.Sessions;

// Modes: srtp, fanout, bare, joins, dc, all; or, for the measured processes, serve and send.
string mode = args.FirstOrDefault() ?? "all";
int viewers = (int)Option("--viewers", 50);
double megabits = Option("--mbps", 2);
double seconds = Option("--seconds", 10);
double warmUp = Option("--warm-up", 10);
int joinsTotal = (int)Option("--joins", 2_000);
int joinsAtOnce = (int)Option("--at-once", 16);
string? json = args.SkipWhile(argument => argument != "--json").Skip(1).FirstOrDefault();
switch (mode)
{
    case "serve":
        return await BenchServer.RunAsync(megabits);
    case "send":
        return BareSender.Run(megabits);
}

Dictionary<string, double> results = [];
if (mode is "all" or "srtp")
{
    SrtpBench.Measure(results);
}

if (mode is "all" or "fanout" or "dc" or "joins")
{
    using Process server = StartAnother("serve");
    Uri origin = new((await server.StandardOutput.ReadLineAsync())!);
    using HttpClient http = new();
    if (mode is "all" or "joins")
    {
        await MeasureJoinsAsync(http, origin, results);
    }

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

if (mode is "all" or "bare")
{
    await MeasureBareAsync(results);
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

// This program once more, whether it was started by its own name or as `dotnet Nsn.WebRtc.Bench.dll`.
Process StartAnother(string part)
{
    string program = Environment.ProcessPath!;
    string[] self = Path.GetFileNameWithoutExtension(program) == "dotnet" ? [Assembly.GetExecutingAssembly().Location] : [];
    return Process.Start(new ProcessStartInfo(program, [.. self, part, "--mbps", megabits.ToString(CultureInfo.InvariantCulture)])
    {
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
    })!;
}

async Task MeasureJoinsAsync(HttpClient http, Uri origin, Dictionary<string, double> output)
{
    using ClientLoop loop = new();
    using DtlsCertificate certificate = DtlsCertificate.CreateEphemeral();
    int remaining = joinsTotal;
    Stopwatch? clock = null;
    ServerCounters? start = null;

    // The first joins compile the code: they are not counted.
    async Task JoinAsync()
    {
        int left;
        while ((left = Interlocked.Decrement(ref remaining)) >= 0)
        {
            if (left == joinsTotal / 2)
            {
                start = await http.GetFromJsonAsync<ServerCounters>(new Uri(origin, "/counters"));
                clock = Stopwatch.StartNew();
            }

            await using WebRtcClient client = new(http, new WebRtcClientOptions { DataChannels = false, Certificate = certificate }, loop);
            await client.ConnectAsync(new Uri(origin, "/whep"));
        }
    }

    await Task.WhenAll(Enumerable.Range(0, joinsAtOnce).Select(_ => Task.Run(JoinAsync)));
    double elapsed = clock!.Elapsed.TotalSeconds;
    ServerCounters end = (await http.GetFromJsonAsync<ServerCounters>(new Uri(origin, "/counters")))!;
    output["joins_per_s"] = (joinsTotal / 2) / elapsed;
    output["join_cpu_ms"] = (end.CpuSeconds - start!.CpuSeconds) * 1e3 / (joinsTotal / 2);
}

async Task MeasureFanoutAsync(HttpClient http, Uri origin, Dictionary<string, double> output)
{
    using ClientLoop loop = new();
    List<WebRtcClient> clients = [];
    List<double> joins = [];
    ServerCounters before = (await http.GetFromJsonAsync<ServerCounters>(new Uri(origin, "/counters")))!;
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

    joins.Sort();
    output["join_p50_ms"] = joins[joins.Count / 2];
    output["join_p95_ms"] = joins[Math.Min(joins.Count - 1, joins.Count * 95 / 100)];

    // The references sent pictures only.
    await MeasureWindowAsync("");
    output["rss_mb"] = (await http.GetFromJsonAsync<ServerCounters>(new Uri(origin, "/counters")))!.WorkingSet / 1e6;
    using (await http.PostAsync(new Uri(origin, "/sound?on=true"), null))
    {
    }

    await MeasureWindowAsync("with_sound_");
    output["viewers"] = viewers;
    output["packets_lost"] = clients.Sum(client => client.Connection.GetStatistics().ReceivedPacketsLost);
    output["packets_repeated"] = (await http.GetFromJsonAsync<ServerCounters>(new Uri(origin, "/counters")))!.Repeats - before.Repeats;
    foreach (WebRtcClient client in clients)
    {
        await client.DisposeAsync();
    }

    async Task MeasureWindowAsync(string prefix)
    {
        await WaitForCompilerAsync(http, origin);
        ServerCounters start = (await http.GetFromJsonAsync<ServerCounters>(new Uri(origin, "/counters")))!;
        long received = clients.Sum(client => client.Connection.GetStatistics().PacketsReceived);
        Stopwatch clock = Stopwatch.StartNew();
        long from = Stopwatch.GetTimestamp();
        await Task.Delay(TimeSpan.FromSeconds(seconds));
        long until = Stopwatch.GetTimestamp();
        ServerCounters end = (await http.GetFromJsonAsync<ServerCounters>(new Uri(origin, "/counters")))!;
        double elapsed = clock.Elapsed.TotalSeconds;
        long packets = end.Packets - start.Packets;
        output[prefix + "cpu_s_per_viewer_s"] = (end.CpuSeconds - start.CpuSeconds) / elapsed / viewers;
        output[prefix + "kernel_s_per_viewer_s"] = (end.KernelSeconds - start.KernelSeconds) / elapsed / viewers;
        output[prefix + "packets_per_s"] = packets / elapsed;
        output[prefix + "cpu_us_per_packet"] = (end.CpuSeconds - start.CpuSeconds) * 1e6 / Math.Max(1, packets);
        output[prefix + "datagrams_per_send_call"] = (end.Datagrams - start.Datagrams) / (double)Math.Max(1, end.SendCalls - start.SendCalls);
        output[prefix + "send_calls_per_s"] = (end.SendCalls - start.SendCalls) / elapsed;
        output[prefix + "allocated_bytes_per_packet"] = await http.GetFromJsonAsync<double>(new Uri(origin, string.Create(CultureInfo.InvariantCulture, $"/allocations?from={from}&until={until}")));
        output[prefix + "received_per_s"] = (clients.Sum(client => client.Connection.GetStatistics().PacketsReceived) - received) / elapsed;
        output[prefix + "methods_compiled_meanwhile"] = end.MethodsCompiled - start.MethodsCompiled;
    }
}

// The compiler works on what runs often for some seconds after the last join: that is no cost of a viewer's. Waits until it has nothing to do for three
// seconds, at most six times the warm-up.
async Task WaitForCompilerAsync(HttpClient http, Uri origin)
{
    await Task.Delay(TimeSpan.FromSeconds(warmUp));
    Stopwatch waited = Stopwatch.StartNew();
    int last = -1;
    while (waited.Elapsed < TimeSpan.FromSeconds(5 * warmUp))
    {
        int compiled = (await http.GetFromJsonAsync<ServerCounters>(new Uri(origin, "/counters")))!.MethodsCompiled;
        if (compiled == last)
        {
            return;
        }

        last = compiled;
        await Task.Delay(TimeSpan.FromSeconds(3));
    }
}

async Task MeasureBareAsync(Dictionary<string, double> output)
{
    using BareViewers sockets = new(viewers);
    using Process sender = StartAnother("send");
    await sender.StandardInput.WriteLineAsync(string.Join(' ', sockets.Ports));
    await Task.Delay(TimeSpan.FromSeconds(Math.Min(warmUp, 5)));
    (double startAll, double startKernel) = await ReadAsync();
    long received = sockets.Received;
    Stopwatch clock = Stopwatch.StartNew();
    await Task.Delay(TimeSpan.FromSeconds(seconds));
    (double endAll, double endKernel) = await ReadAsync();
    double elapsed = clock.Elapsed.TotalSeconds;
    output["bare_cpu_s_per_viewer_s"] = (endAll - startAll) / elapsed / viewers;
    output["bare_kernel_s_per_viewer_s"] = (endKernel - startKernel) / elapsed / viewers;
    output["bare_received_per_s"] = (sockets.Received - received) / elapsed;
    sender.StandardInput.Close();
    sender.WaitForExit(5_000);

    async Task<(double All, double Kernel)> ReadAsync()
    {
        await sender.StandardInput.WriteLineAsync("counters");
        string[] parts = (await sender.StandardOutput.ReadLineAsync())!.Split(' ');
        return (double.Parse(parts[0], CultureInfo.InvariantCulture), double.Parse(parts[1], CultureInfo.InvariantCulture));
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
