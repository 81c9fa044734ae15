using System.Globalization;
using Nsn.AppHost.Dashboard;
using Nsn.AppHost.Provisioning;
using Nsn.AppHost.Resources;
using Nsn.AppHost.Smoke;
using Nsn.AppHost.Supervision;

namespace Nsn.AppHost.Hosting;

/// <summary>What AppHost does on the command line.</summary>
internal static class Commands
{
    private const int DefaultDashboardPort = 18888;

    private const string Help = """
        dotnet run --project AppHost -- [COMMAND] [--Name=value …]

          run         start everything and keep it running (default); Ctrl-C ends it
          provision   fetch what is needed once, so that everything works offline afterwards
          smoke       bring everything up, send a prompt through it, verify what comes out, take everything down
                      --prompt "…" --json FILE (without it, or with -, on standard output); exit code 0 only where every check held
          reset       delete the data folder
          help        this text

          --Only=postgres,blobs          only these resources, and what they depend on
          --Ports:NAME=NUMBER            another port for a resource; --Ports:NAME-ENDPOINT for a further endpoint; 0 for any free one
          --Ports:dashboard=NUMBER       another port for the dashboard (18888)
          --Data=PATH                    another data folder (.data)
          --Postgres:Source=npm          npm's PostgreSQL even where one is installed
          --Silo:Device=NAME             what runs the models: auto, cpu, cuda or webgpu (with the library that it needs, from npm)
          --ConnectionStrings:nsn=…      a PostgreSQL that runs already, instead of our own
          --ConnectionStrings:blobs=…    an Azure Storage account, instead of Azurite

        Each setting can be an environment variable, too: Ports__postgres=5433.
        """;

    public static async Task<int> RunAsync(string command, string[] settings)
    {
        if (CommandLine.AsksForHelp(settings))
            command = "help";
        if (command is "run" or "smoke" or "provision" or "reset")
            CommandLine.Check(command, settings);
        switch (command)
        {
            case "run":
                return await RunStackAsync(settings).ConfigureAwait(false);
            case "smoke":
                return await RunSmokeAsync(settings).ConfigureAwait(false);
            case "provision":
                await ProvisionAsync(StackBuilder.Create(settings)).ConfigureAwait(false);
                Say("Everything that npm brings is here.");
                return 0;
            case "reset":
                string data = StackBuilder.Create(settings).Paths.Data;
                Say(Reset(data) ? $"{data} is deleted." : $"There is nothing at {data}.");
                return 0;
            case "help":
                Say(Help);
                return 0;
            default:
                throw new AppHostException($"there is no command '{command}'.\n\n{Help}");
        }
    }

    private static async Task ProvisionAsync(StackBuilder stack)
    {
        await new NpmPackages(stack.Paths.Provision).EnsureAsync(Say, CancellationToken.None).ConfigureAwait(false);
        var webGpu = new WebGpuLibrary(stack.Paths, stack.Configuration);
        if (webGpu.IsWanted(WebGpuLibrary.MachineHasGpu()))
            await webGpu.EnsureAsync(Say, CancellationToken.None).ConfigureAwait(false);
    }

    /// <summary>Deletes a data folder, and what of it lives elsewhere.</summary>
    /// <returns>Whether there was anything.</returns>
    internal static bool Reset(string data)
    {
        if (File.Exists(data))
            throw new AppHostException($"{data} is a file, and no data folder of AppHost: name the right one with --Data=PATH.");
        bool exists = Directory.Exists(data);
        if (exists)
        {
            // A slip of the keyboard must not cost somebody's own files.
            if (!DataFolderLock.IsKnown(data) && Directory.EnumerateFileSystemEntries(data).Any())
                throw new AppHostException($"{data} is no data folder of AppHost, which would have left apphost.lock in it: name the right one with --Data=PATH, or delete this one yourself.");
            // Nobody may be using it.
            DataFolderLock.Take(data).Dispose();
            Directory.Delete(data, recursive: true);
        }

        string fallback = PostgresResource.FallbackHome(data);
        if (!Directory.Exists(fallback))
            return exists;
        Directory.Delete(fallback, recursive: true);
        return true;
    }

    private static async Task<int> RunStackAsync(string[] settings)
    {
        StackBuilder builder = NsnStack.Declare(settings);
        string portText = builder.Configuration["Ports:dashboard"] ?? DefaultDashboardPort.ToString(CultureInfo.InvariantCulture);
        if (!int.TryParse(portText, NumberStyles.None, CultureInfo.InvariantCulture, out int dashboardPort) || dashboardPort > 65535)
            throw new AppHostException($"Ports:dashboard={portText} is no port.");
        if (dashboardPort != 0 && PortGuard.FindOwner("http", dashboardPort) is { } owner)
            throw new AppHostException($"port {dashboardPort} of the dashboard is taken by {owner}: end that, or choose another with --Ports:dashboard=NUMBER");

        using var ending = new EndSignals(secondEndsAtOnce: true);

        StackApplication stack = builder.Build();
        await using (stack.ConfigureAwait(false))
        {
            var console = new ConsoleReporter(stack, Console.Out);
            await using DashboardServer dashboard = await DashboardServer.StartAsync(stack, dashboardPort).ConfigureAwait(false);
            console.Line($"dashboard: {dashboard.Address}");
            stack.Start();
            Task watching = console.WatchAsync(ending.Token);
            try
            {
                await stack.WaitUntilReadyAsync(Timeout.InfiniteTimeSpan, ending.Token).ConfigureAwait(false);
                console.WhereToLook(dashboard.Address);
                await Task.Delay(Timeout.Infinite, ending.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (ending.Token.IsCancellationRequested)
            {
                console.Line("ending, the last started first …");
            }

            await watching.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await stack.StopAsync().ConfigureAwait(false);
            console.Line("everything has ended");
        }

        return 0;
    }

    private static async Task<int> RunSmokeAsync(string[] settings)
    {
        using var ending = new EndSignals(secondEndsAtOnce: false);
        return await SmokeCommand.RunAsync(settings, ending.Token).ConfigureAwait(false);
    }

    private static void Say(string line) => Console.Out.WriteLine(line);
}
