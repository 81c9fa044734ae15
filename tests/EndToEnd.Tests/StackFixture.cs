using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Nsn.AppHost;
using Nsn.AppHost.Hosting;
using Nsn.AppHost.Supervision;

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

    public async ValueTask InitializeAsync()
    {
        _folder = Directory.CreateTempSubdirectory("nsn-end-to-end-").FullName;
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(_folder, (UnixFileMode)0b111_101_101);
        Environment.SetEnvironmentVariable("Gateway__RecipesPerMinute", "30");
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

    /// <summary>Submits a prompt.</summary>
    public async Task<HttpResponseMessage> SubmitAsync(object recipe, string? key = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/recipes") { Content = JsonContent.Create(recipe) };
        request.Headers.Add("Idempotency-Key", key ?? Guid.NewGuid().ToString("N"));
        return await Http.SendAsync(request, TestContext.Current.CancellationToken);
    }
}
