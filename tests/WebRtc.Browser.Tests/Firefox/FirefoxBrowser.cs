using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Nsn.WebRtc.Browser.Tests.Firefox;

/// <summary>A headless Firefox with a profile of its own, driven by WebDriver BiDi without a driver program between.</summary>
public sealed class FirefoxBrowser : IAsyncLifetime
{
    private const string Announcement = "WebDriver BiDi listening on ";
    private static readonly TimeSpan StartDeadline = TimeSpan.FromSeconds(240);

    private readonly BidiConnection _connection = new();
    private readonly string _profile = Path.Combine(Path.GetTempPath(), "nsn-firefox-" + Guid.NewGuid().ToString("N"));
    private Process? _process;

    public static string FirefoxPath => Environment.GetEnvironmentVariable("FIREFOX") ?? "/usr/bin/firefox-esr";

    public static bool IsAvailable => File.Exists(FirefoxPath);

    public async ValueTask InitializeAsync()
    {
        if (!IsAvailable)
        {
            return;
        }

        Directory.CreateDirectory(_profile);
        await File.WriteAllTextAsync(Path.Combine(_profile, "user.js"), Preferences);
        ProcessStartInfo start = new(FirefoxPath, ["--headless", "--no-remote", "--remote-debugging-port", "0", "--profile", _profile, "about:blank"])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        start.Environment["HOME"] = _profile;
        start.Environment["MOZ_CRASHREPORTER_DISABLE"] = "1";
        TaskCompletionSource<Uri> listening = new(TaskCreationOptions.RunContinuationsAsynchronously);
        List<string> said = [];
        _process = new Process { StartInfo = start, EnableRaisingEvents = true };
        _process.Exited += (_, _) => listening.TrySetException(new InvalidOperationException("Firefox ended: " + string.Join('\n', said)));
        _process.OutputDataReceived += (_, _) => { };
        _process.ErrorDataReceived += (_, line) =>
        {
            lock (said)
            {
                said.Add(line.Data ?? string.Empty);
            }

            if (line.Data?.StartsWith(Announcement, StringComparison.Ordinal) == true)
            {
                listening.TrySetResult(new Uri(line.Data[Announcement.Length..] + "/"));
            }
        };
        _process.Start();
        _process.BeginErrorReadLine();
        _process.BeginOutputReadLine();
        using CancellationTokenSource deadline = new(StartDeadline);
        await _connection.ConnectAsync(await listening.Task.WaitAsync(deadline.Token), deadline.Token);
    }

    /// <summary>Opens a page in a tab of its own.</summary>
    public async Task<FirefoxPage> OpenAsync(string url, CancellationToken cancellationToken)
    {
        JsonElement created = await _connection.SendAsync("browsingContext.create", new JsonObject { ["type"] = "tab" }, cancellationToken);
        string context = created.GetProperty("context").GetString()!;
        await _connection.SendAsync(
            "browsingContext.navigate", new JsonObject { ["context"] = context, ["url"] = url, ["wait"] = "complete" }, cancellationToken);
        return new FirefoxPage(_connection, context);
    }

    public async ValueTask DisposeAsync()
    {
        await _connection.DisposeAsync();
        if (_process is not null)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
            _process.Dispose();
            try
            {
                Directory.Delete(_profile, recursive: true);
            }
            catch (IOException)
            {
                // A child of the browser still writes; the folder for temporary files is cleaned by others.
            }
        }
    }

    // Candidates on loopback, which Firefox has for pages only that may use the microphone, and autoplay without a click; nothing that calls home or goes through a proxy.
    private static string Preferences => string.Join('\n', new[]
    {
        ("media.peerconnection.ice.loopback", "true"),
        ("permissions.default.microphone", "1"),
        ("media.peerconnection.ice.obfuscate_host_addresses", "false"),
        ("media.autoplay.default", "0"),
        ("media.autoplay.blocking_policy", "0"),
        ("media.navigator.permission.disabled", "true"),
        ("media.navigator.streams.fake", "true"),
        ("media.gmp-manager.updateEnabled", "false"),
        ("network.proxy.type", "0"),
        ("network.captive-portal-service.enabled", "false"),
        ("network.connectivity-service.enabled", "false"),
        ("app.normandy.enabled", "false"),
        ("app.update.disabledForTesting", "true"),
        ("browser.shell.checkDefaultBrowser", "false"),
        ("datareporting.policy.dataSubmissionEnabled", "false"),
        ("services.settings.server", "\"data:,\""),
        ("toolkit.telemetry.enabled", "false"),
    }.Select(preference => $"user_pref(\"{preference.Item1}\", {preference.Item2});"));
}
