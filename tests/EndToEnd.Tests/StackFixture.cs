using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Nsn.AppHost;
using Nsn.AppHost.Hosting;
using Nsn.AppHost.Supervision;
using Nsn.EndToEnd.Faults;
using Nsn.Protocol.Certificates;
using Nsn.Protocol.Ledger.Pallets.Director;
using Nsn.Protocol.Ledger.State;
using Nsn.Protocol.Scale;

[assembly: CollectionBehavior(DisableTestParallelization = true)]
[assembly: AssemblyFixture(typeof(Nsn.EndToEnd.Tests.StackFixture))]

namespace Nsn.EndToEnd.Tests;

/// <summary>The whole product on free ports and in a folder of its own: PostgreSQL, Azurite, two core silos, a GPU silo on the CPU, the gateway.</summary>
public sealed class StackFixture : IAsyncLifetime
{
    private string _folder = "";

    public StackApplication Application { get; private set; } = null!;

    public HttpClient Http { get; private set; } = null!;

    public Uri Gateway => Http.BaseAddress!;

    /// <summary>Faults that tests leave for slots. The product has no setting for that: the runtime brings an assembly of the tests into the silos.</summary>
    public FaultFolder Faults { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        _folder = Directory.CreateTempSubdirectory("nsn-end-to-end-").FullName;
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(_folder, (UnixFileMode)0b111_101_101);
        Environment.SetEnvironmentVariable("Gateway__RecipesPerMinute", "30");
        LetFaultsIn(Directory.CreateDirectory(Path.Combine(_folder, "faults")).FullName);
        string[] free = [.. ((string[])["postgres", "blobs", "core", "core-silo", "core-gateway", "gpu", "gpu-silo", "gpu-gateway", "gateway", "gateway-udp"])
            .Select(name => $"--Ports:{name}=0")];
        Application = NsnStack.Declare([$"--Data={Path.Combine(_folder, "data")}", .. free]).Build();
        Application.Start();
        await Application.WaitUntilReadyAsync(TimeSpan.FromMinutes(6));
        var address = Instance("gateway").Snapshot.Endpoints.Single(endpoint => endpoint.Name == "http").Address;
        Http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = new Uri(address), Timeout = TimeSpan.FromSeconds(30) };
    }

    public async ValueTask DisposeAsync()
    {
        Http?.Dispose();
        await Application.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private void LetFaultsIn(string folder)
    {
        var assembly = typeof(FaultFolder).Assembly;
        Environment.SetEnvironmentVariable("DOTNET_STARTUP_HOOKS", assembly.Location);
        Environment.SetEnvironmentVariable("ASPNETCORE_HOSTINGSTARTUPASSEMBLIES", assembly.GetName().Name);
        Environment.SetEnvironmentVariable(FaultFolder.Variable, folder);
        Faults = new FaultFolder(folder);
    }

    public ResourceInstance Instance(string name) =>
        Application.Find(name) ?? throw new InvalidOperationException($"There is no '{name}' among {string.Join(", ", Application.Instances.Select(i => i.Context.InstanceName))}.");

    public async Task<JsonElement> GetAsync(string path)
    {
        using var response = await GetResponseAsync(path);
        var body = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        if (response.StatusCode == HttpStatusCode.ServiceUnavailable)
            throw new HttpRequestException($"GET {path}: not ready: {body}"); // who waits for something looks again
        Assert.True(response.IsSuccessStatusCode, $"GET {path}: {(int)response.StatusCode} {body}");
        return JsonDocument.Parse(body).RootElement.Clone();
    }

    public async Task<HttpStatusCode> StatusAsync(string path)
    {
        using var response = await GetResponseAsync(path);
        return response.StatusCode;
    }

    private async Task<HttpResponseMessage> GetResponseAsync(string path)
    {
        try
        {
            return await Http.GetAsync(new Uri(path, UriKind.Relative), TestContext.Current.CancellationToken);
        }
        catch (TaskCanceledException late) when (late.InnerException is TimeoutException)
        {
            throw new HttpRequestException($"GET {path}: no answer within {Http.Timeout.TotalSeconds} s", late);
        }
    }

    /// <summary>The newest certified slot at or after one, once there is one.</summary>
    public Task<JsonElement> CertifiedSlotAsync(ulong from, double seconds = 300) => Eventually.HoldsAsync(
        $"a slot from {from} on is certified",
        async () =>
        {
            var page = await GetAsync("/api/slots?limit=20");
            return page.GetProperty("items").EnumerateArray()
                .FirstOrDefault(slot => slot.GetProperty("state").GetString() == "certified" && slot.GetProperty("slot").GetUInt64() >= from);
        },
        slot => slot.ValueKind == JsonValueKind.Object,
        seconds,
        async () => (await GetAsync("/api/slots?limit=6")).ToString());

    public static string Hex(ReadOnlySpan<byte> bytes) => "0x" + Convert.ToHexStringLower(bytes);

    /// <summary>Asks the chain.</summary>
    public async Task<JsonElement> RpcAsync(string method, params object[] parameters)
    {
        using var answer = await Http.PostAsJsonAsync("/rpc", new { jsonrpc = "2.0", id = 1, method, @params = parameters }, TestContext.Current.CancellationToken);
        var body = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        if (answer.StatusCode == HttpStatusCode.ServiceUnavailable)
            throw new HttpRequestException($"{method}: not ready: {body}");
        Assert.True(answer.IsSuccessStatusCode, $"{method}: {(int)answer.StatusCode} {body}");
        var json = JsonDocument.Parse(body).RootElement.Clone();
        Assert.True(json.TryGetProperty("result", out var result), $"{method}: {body}");
        return result;
    }

    /// <summary>What the chain's last state has under a key; null where it has nothing.</summary>
    public async Task<byte[]?> StorageAsync(StorageKey key) =>
        (await RpcAsync("state_getStorage", Hex(key.Span))).GetString() is { } value ? Convert.FromHexString(value.AsSpan(2)) : null;

    /// <summary>The certificate that the ledger holds for a slot, or null.</summary>
    public async Task<Certificate?> LedgerCertificateAsync(ulong slot)
    {
        if (await StorageAsync(DirectorStorage.Certificates.KeyOf(slot)) is not { } stored)
            return null;
        var reader = new ScaleReader(stored);
        Assert.True(reader.TryReadBytes(Certificate.EncodedBytesMax, out var bytes));
        Assert.True(Certificate.TryDecode(bytes, out var certificate, out var error), error.ToString());
        return certificate;
    }

    /// <summary>A slot with everything that is known about it, once it is decided.</summary>
    public Task<JsonElement> DecidedSlotAsync(ulong slot) => Eventually.HoldsAsync(
        $"slot {slot} is certified or given up",
        () => GetAsync($"/api/slots/{slot}"),
        detail => detail.GetProperty("state").GetString() is "certified" or "failed");

    /// <summary>
    /// Has the journal carried out again from genesis by the program that an operator has for it, with the database that the silos write to,
    /// and holds where it leads against what the chain says.
    /// </summary>
    public async Task LedgerIsWholeAsync()
    {
        var binaries = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
        var silo = Path.Combine(Application.Stack.Paths.Root, "Silo", "bin", binaries.Parent!.Name, binaries.Name, "Nsn.Silo.dll");
        var start = new ProcessStartInfo("dotnet", [silo, "ledger", "verify", "--json"]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["ConnectionStrings__nsn"] = Instance("core-1").Context.CreateEnvironment()["ConnectionStrings__nsn"];
        using var process = Process.Start(start)!;
        var texts = await Task.WhenAll(process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(process.ExitCode == 0, $"exit code {process.ExitCode}: {texts[0]}{texts[1]}");
        var report = JsonDocument.Parse(texts[0]).RootElement;
        Assert.True(report.GetProperty("whole").GetBoolean());
        var hash = await RpcAsync("chain_getBlockHash", report.GetProperty("block").GetUInt64());
        Assert.Equal(hash.GetString(), report.GetProperty("blockHash").GetString());
        var header = await RpcAsync("chain_getHeader", hash);
        Assert.Equal(header.GetProperty("stateRoot").GetString(), report.GetProperty("stateRoot").GetString());
    }

    /// <summary>Submits a prompt.</summary>
    public async Task<HttpResponseMessage> SubmitAsync(object recipe, string? key = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/recipes") { Content = JsonContent.Create(recipe) };
        request.Headers.Add("Idempotency-Key", key ?? Guid.NewGuid().ToString("N"));
        return await Http.SendAsync(request, TestContext.Current.CancellationToken);
    }
}
