using System.Diagnostics;
using System.Text.Json;
using Nsn.AppHost;
using Nsn.AppHost.Hosting;
using Nsn.AppHost.Supervision;

namespace Nsn.OnAir.Bench;

/// <summary>The whole product on free ports and in a folder of its own, that goes away with it.</summary>
internal sealed class BenchStack : IAsyncDisposable
{
    private readonly string _folder;

    private BenchStack(string folder, StackApplication application)
    {
        _folder = folder;
        Application = application;
        Gateway = new Uri(Find("gateway").Snapshot.Endpoints.Single(endpoint => endpoint.Name == "http").Address);
        Http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = Gateway, Timeout = TimeSpan.FromSeconds(30) };
    }

    public StackApplication Application { get; }

    public Uri Gateway { get; }

    public HttpClient Http { get; }

    public static async Task<BenchStack> StartAsync()
    {
        string folder = Directory.CreateTempSubdirectory("nsn-on-air-").FullName;
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(folder, (UnixFileMode)0b111_101_101);
        string[] ports = [.. ((string[])["postgres", "blobs", "core", "core-silo", "core-gateway", "gpu", "gpu-silo", "gpu-gateway", "gateway", "gateway-udp"])
            .Select(name => $"--Ports:{name}=0")];
        StackApplication application = NsnStack.Declare([$"--Data={Path.Combine(folder, "data")}", .. ports]).Build();
        application.Start();
        await application.WaitUntilReadyAsync(TimeSpan.FromMinutes(6));
        var stack = new BenchStack(folder, application);
        await stack.WaitForCertifiedAsync(0);
        return stack;
    }

    public ResourceInstance Find(string name) => Application.Find(name) ?? throw new InvalidOperationException($"There is no '{name}'.");

    public Process ProcessOf(string name) => Process.GetProcessById(Find(name).Snapshot.ProcessId ?? throw new InvalidOperationException($"{name} does not run."));

    public async Task<ulong> SlotOnAirAsync() => (await GetAsync("/api/channels/main")).GetProperty("slot").GetUInt64();

    /// <summary>Waits until a slot from one on is certified.</summary>
    public async Task WaitForCertifiedAsync(ulong from)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(5));
        while (true)
        {
            try
            {
                JsonElement page = await GetAsync("/api/slots?limit=20");
                if (page.GetProperty("items").EnumerateArray().Any(slot => slot.GetProperty("state").GetString() == "certified" && slot.GetProperty("slot").GetUInt64() >= from))
                    return;
            }
            catch (HttpRequestException)
            {
                // The gateway is one of those that are killed.
            }

            await Task.Delay(TimeSpan.FromMilliseconds(250), limit.Token);
        }
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await Application.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    public async Task<JsonElement> GetAsync(string path)
    {
        using JsonDocument json = JsonDocument.Parse(await Http.GetStringAsync(new Uri(path, UriKind.Relative)));
        return json.RootElement.Clone();
    }
}
