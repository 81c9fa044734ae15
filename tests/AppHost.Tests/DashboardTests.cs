using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Nsn.AppHost.Dashboard;
using Nsn.AppHost.Hosting;
using Nsn.AppHost.Resources;

namespace Nsn.AppHost.Tests;

public sealed class DashboardTests : IAsyncLifetime
{
    private readonly DataFolder _data = new();
    private readonly HttpClient _http = new();
    private StackApplication _application = null!;
    private DashboardServer _dashboard = null!;

    public async ValueTask InitializeAsync()
    {
        StackBuilder builder = StackBuilder.Create($"--Data={_data.Path}");
        builder.AddExecutable("talker", "sh", "/", "-c", "echo hello; echo trouble >&2; sleep 1000").WithEnvironment("Some__Password", "abc").WithEnvironment("Plain", "text");
        _application = builder.Build();
        _dashboard = await DashboardServer.StartAsync(_application, 0);
        _http.BaseAddress = new Uri(_dashboard.Address);
        _application.Start();
        await _application.WaitUntilReadyAsync(TimeSpan.FromSeconds(30));
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _dashboard.DisposeAsync();
        await _application.DisposeAsync();
        _data.Dispose();
    }

    [Fact]
    public async Task It_shows_pages_resources_and_environment()
    {
        using HttpResponseMessage page = await _http.GetAsync("/", TestContext.Current.CancellationToken);
        Assert.Equal("text/html", page.Content.Headers.ContentType?.MediaType);
        Assert.Contains("default-src 'none'", page.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        Assert.Contains("EventSource", await _http.GetStringAsync("/dashboard.js", TestContext.Current.CancellationToken), StringComparison.Ordinal);
        JsonElement resource = (await _http.GetFromJsonAsync<JsonElement>("/api/resources", TestContext.Current.CancellationToken))[0];
        Assert.Equal(("talker", "ready", "executable"), (Text(resource, "name"), Text(resource, "state"), Text(resource, "kind")));
        JsonElement environment = await _http.GetFromJsonAsync<JsonElement>("/api/resources/talker/environment", TestContext.Current.CancellationToken);
        Assert.Equal(["Plain=text", "Some__Password=•••"], environment.EnumerateArray().Select(v => $"{Text(v, "name")}={Text(v, "value")}"));
    }

    [Fact]
    public async Task Consoles_can_be_read_searched_and_followed()
    {
        await Eventually.HoldsAsync(() => _application.Instances[0].Log.LastSequence >= 2, "both lines");
        JsonElement found = await _http.GetFromJsonAsync<JsonElement>("/api/resources/talker/log?contains=TROUB", TestContext.Current.CancellationToken);
        JsonElement line = Assert.Single(found.EnumerateArray());
        Assert.True(line.GetProperty("isError").GetBoolean());

        await using Stream stream = await _http.GetStreamAsync("/api/resources/talker/log/stream?after=2", TestContext.Current.CancellationToken);
        using var reader = new StreamReader(stream);
        _application.Instances[0].Log.Append("later", isError: false);
        Assert.Equal("id: 3", await reader.ReadLineAsync(TestContext.Current.CancellationToken));
        Assert.Contains("\"text\":\"later\"", await reader.ReadLineAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_stops_starts_and_restarts()
    {
        Assert.Equal("stopped", Text(await CommandAsync("stop"), "state"));
        await CommandAsync("start");
        await _application.WaitUntilReadyAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        int? before = _application.Instances[0].Snapshot.ProcessId;
        await CommandAsync("restart");
        await Eventually.HoldsAsync(() => _application.Instances[0].Snapshot.ProcessId is { } now && now != before, "a new process");
    }

    [Fact]
    public async Task Other_sites_cannot_command_it()
    {
        using HttpResponseMessage without = await _http.PostAsync("/api/resources/talker/stop", null, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.Forbidden, without.StatusCode);
        using var rebound = new HttpRequestMessage(HttpMethod.Get, "/api/resources");
        rebound.Headers.Host = "evil.example";
        using HttpResponseMessage answer = await _http.SendAsync(rebound, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.MisdirectedRequest, answer.StatusCode);
        using HttpResponseMessage unknown = await _http.GetAsync("/api/resources/nobody/log", TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.NotFound, unknown.StatusCode);
    }

    private static string? Text(JsonElement element, string name) => element.GetProperty(name).GetString();

    private async Task<JsonElement> CommandAsync(string command)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/api/resources/talker/{command}");
        request.Headers.Add("X-AppHost-Command", command);
        using HttpResponseMessage response = await _http.SendAsync(request, TestContext.Current.CancellationToken);
        response.EnsureSuccessStatusCode();
        return await response.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken);
    }
}
