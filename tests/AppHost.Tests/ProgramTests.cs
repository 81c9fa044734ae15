using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using Nsn.AppHost.Hosting;

namespace Nsn.AppHost.Tests;

/// <summary>The program itself, in a process of its own.</summary>
public sealed partial class ProgramTests
{
    // The keys of docs/apphost.md, in their order.
    internal static readonly string[] SmokeKeys =
    [
        "ok", "error", "passed", "problems", "prompt", "secondsToReady", "joinToFirstVerifiedChunkSeconds", "promptToCertifiedSeconds", "promptToReceivedSeconds",
        "slot", "votes", "scores", "chunksVerified", "chunksBroken", "recipeMatches",
    ];

    internal static readonly string[] FreePorts =
        [.. new[] { "postgres", "blobs", "core", "core-silo", "core-gateway", "gpu", "gpu-silo", "gpu-gateway", "gateway", "gateway-udp" }.Select(name => $"--Ports:{name}=0")];

    [Fact]
    public async Task Nothing_survives_a_kill_9()
    {
        using var data = new DataFolder(open: false);
        using var program = await RunningProgram.StartAsync(data.Path, "--Only=nsn,blobs", "--Postgres:Source=npm");
        int[] processes = await program.ProcessIdsAsync();
        Assert.Equal(2, processes.Length);
        Assert.All(processes, id => Assert.True(ProcessList.IsAlive(id)));
        int[] before = ProcessList.With(data.Path);
        Assert.True(before.Length >= 2);

        program.Process.Kill();
        await Eventually.HoldsAsync(
            () => processes.All(id => !ProcessList.IsAlive(id)) && ProcessList.With(data.Path).Length == 0, "PostgreSQL and Azurite to vanish with AppHost");

        // What they left can be used: the same folder starts again, with the version that made it.
        using var again = await RunningProgram.StartAsync(data.Path, "--Only=nsn,blobs");
        Assert.Equal(2, (await again.ProcessIdsAsync()).Length);
        again.Interrupt();
        await again.EndsAsync("after SIGINT");
        Assert.Equal(0, again.Process.ExitCode);
        Assert.Empty(ProcessList.With(data.Path));

        // The last declared ends first.
        string output = again.Output;
        Assert.True(output.IndexOf("blobs        stopped", StringComparison.Ordinal) < output.IndexOf("postgres     stopped", StringComparison.Ordinal), output);
        Assert.Contains("everything has ended", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(15)]
    [InlineData(1)]
    public async Task Every_signal_that_asks_it_to_end_ends_everything_in_order(int signal)
    {
        using var data = new DataFolder();
        using var program = await RunningProgram.StartAsync(data.Path, "--Only=blobs");
        int process = Assert.Single(await program.ProcessIdsAsync());
        Supervision.Signals.Send(program.Process.Id, (Model.StopSignal)signal);
        if (signal == 1)
        {
            // The system and the shell both tell of a terminal that is closed.
            await Eventually.HoldsAsync(() => program.Output.Contains("ending", StringComparison.Ordinal), "AppHost to begin to end");
            Supervision.Signals.Send(program.Process.Id, (Model.StopSignal)signal);
        }

        await program.EndsAsync($"after signal {signal}");
        Assert.Equal(0, program.Process.ExitCode);
        Assert.Contains("everything has ended", program.Output, StringComparison.Ordinal);
        Assert.False(ProcessList.IsAlive(process));
    }

    [Theory]
    [InlineData("ci")]
    [InlineData("run --silent build")]
    public async Task What_npm_has_started_does_not_survive_a_kill_9(string stage)
    {
        using var folder = new DataFolder();
        string root = folder.Path, marker = $"marker-{Guid.NewGuid():N}", page = Path.Combine(root, "web", "player");
        Directory.CreateDirectory(Path.Combine(page, "node_modules"));
        foreach (string file in new[] { "package.json", "package-lock.json" })
            await File.WriteAllTextAsync(Path.Combine(page, file), "{}", TestContext.Current.CancellationToken);
        if (stage != "ci")
            await File.WriteAllTextAsync(Path.Combine(page, "node_modules", ".installed"), "", TestContext.Current.CancellationToken);

        // Stands for npm, which starts others and waits for them.
        string tools = Script(root, "npm", $"""
            test "$*" = "{stage}" || test "$1" = "{stage}" || exit 9
            sh -c 'sleep 1000; : {marker}' &
            sh -c 'sleep 1000; : {marker}'
            """);
        using Process program = Process.Start(CommandWith(
            tools, "run", $"--Root={root}", $"--Data={Path.Combine(root, "data")}", "--Only=player", "--Ports:dashboard=0"))!;
        try
        {
            await Eventually.HoldsAsync(() => ProcessList.With(marker).Length >= 2, "npm and its child to run");
            program.Kill();
            await Eventually.HoldsAsync(() => ProcessList.With(marker).Length == 0, "npm's children to vanish with AppHost", TimeSpan.FromSeconds(20));
        }
        finally
        {
            program.Kill();
            foreach (int id in ProcessList.With(marker))
                Process.GetProcessById(id).Kill();
        }
    }

    [Fact]
    public async Task The_password_of_a_new_cluster_is_never_readable_by_others()
    {
        using var folder = new DataFolder();
        string tools = Script(folder.Path, "postgres", "echo 'postgres (PostgreSQL) 17.0'");
        Script(folder.Path, "initdb", """
            for argument; do case $argument in --pwfile=*) stat -c 'password file: mode %a, %s bytes' "${argument#--pwfile=}";; esac; done
            exit 1
            """);
        string data = Path.Combine(folder.Path, "data");
        // What a killed attempt left must not lend its mode.
        Directory.CreateDirectory(Path.Combine(data, "postgres"));
        await File.WriteAllTextAsync(Path.Combine(data, "postgres", "initial.password"), "old", TestContext.Current.CancellationToken);
        using var program = new RunningProgram(Process.Start(CommandWith(
            tools, "run", $"--Data={data}", "--Only=postgres", "--Ports:dashboard=0", "--Ports:postgres=0"))!);
        await Eventually.HoldsAsync(() => program.Output.Contains("password file", StringComparison.Ordinal) || program.Process.HasExited, "initdb to be called");
        Assert.Contains("password file: mode 600, 32 bytes", program.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_taken_port_is_an_error_that_names_who_has_it_and_the_way_out()
    {
        using var data = new DataFolder();
        using var taken = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        taken.Start();
        int port = ((System.Net.IPEndPoint)taken.LocalEndpoint).Port;
        (int exitCode, string output) = await RunToEndAsync("run", "--Only=blobs", $"--Ports:blobs={port}", "--Ports:dashboard=0", $"--Data={data.Path}");
        Assert.Equal(1, exitCode);
        Assert.Contains($"port {port} (http) of 'blobs' is taken by process {Environment.ProcessId}", output, StringComparison.Ordinal);
        Assert.Contains("--Ports:blobs=NUMBER", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_taken_port_of_the_dashboard_is_such_an_error_too()
    {
        using var data = new DataFolder();
        using var taken = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        taken.Start();
        int port = ((System.Net.IPEndPoint)taken.LocalEndpoint).Port;
        (int exitCode, string output) = await RunToEndAsync("run", "--Only=blobs", "--Ports:blobs=0", $"--Ports:dashboard={port}", $"--Data={data.Path}");
        Assert.Equal(1, exitCode);
        Assert.Contains($"port {port} of the dashboard is taken by process {Environment.ProcessId}", output, StringComparison.Ordinal);
        Assert.Contains("--Ports:dashboard=NUMBER", output, StringComparison.Ordinal);
        Assert.False(Directory.Exists(data.Path));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_smoke_that_cannot_start_says_why_as_JSON(bool toFile)
    {
        using var data = new DataFolder();
        using var taken = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        taken.Start();
        int port = ((System.Net.IPEndPoint)taken.LocalEndpoint).Port;
        string file = data.Path + ".json";
        (int exitCode, string output, string errors) = await RunApartAsync(
            ["smoke", "--prompt", "a cat", .. toFile ? ["--json", file] : Array.Empty<string>(), .. FreePorts, $"--Ports:gateway={port}", $"--Data={data.Path}"]);
        Assert.Equal(1, exitCode);
        Assert.Contains("smoke failed", errors, StringComparison.Ordinal);
        using JsonDocument json = JsonDocument.Parse(toFile ? await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken) : output);
        JsonElement report = json.RootElement;
        Assert.Equal(SmokeKeys, report.EnumerateObject().Select(property => property.Name));
        Assert.False(report.GetProperty("ok").GetBoolean());
        Assert.False(report.GetProperty("passed").GetBoolean());
        Assert.Equal("a cat", report.GetProperty("prompt").GetString());
        Assert.Contains($"port {port} (http) of 'gateway' is taken", report.GetProperty("error").GetString(), StringComparison.Ordinal);
        Assert.Equal(report.GetProperty("error").GetString(), Assert.Single(report.GetProperty("problems").EnumerateArray()).GetString());
        File.Delete(file);
    }

    [Theory]
    [InlineData("--Only=blobs", "smoke needs the gateway")]
    [InlineData("--Only=mysql", "there is no 'mysql'")]
    [InlineData("--Root=/no/such/folder", "smoke needs the gateway")]
    public async Task A_smoke_of_what_is_not_there_says_so_as_JSON(string setting, string error)
    {
        using var data = new DataFolder();
        (int exitCode, string output, _) = await RunApartAsync("smoke", setting, $"--Data={data.Path}");
        Assert.Equal(1, exitCode);
        using JsonDocument json = JsonDocument.Parse(output);
        Assert.Contains(error, json.RootElement.GetProperty("error").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(15)]
    [InlineData(1)]
    public async Task A_smoke_that_is_asked_to_end_ends_everything_and_says_so_as_JSON(int signal)
    {
        using var data = new DataFolder();
        using var program = new RunningProgram(Process.Start(Command(["smoke", .. FreePorts, $"--Data={data.Path}"]))!);
        await Eventually.HoldsAsync(() => program.Output.Contains("preparing", StringComparison.Ordinal), "smoke to start something");
        Supervision.Signals.Send(program.Process.Id, (Model.StopSignal)signal);
        await program.EndsAsync($"after signal {signal}");
        Assert.Equal(1, program.Process.ExitCode);
        Assert.Contains("\"ok\": false", program.Output, StringComparison.Ordinal);
        Assert.Contains("\"error\": \"ended by a signal", program.Output, StringComparison.Ordinal);
        Assert.Contains("stopped", program.Output, StringComparison.Ordinal);
        Assert.Empty(ProcessList.With(data.Path));
    }

    [Theory]
    [InlineData("smoke", 1)]
    [InlineData("run", 0)]
    public async Task A_terminal_that_is_closed_ends_everything_in_order(string command, int exitCode)
    {
        using var data = new DataFolder();
        string folder = Path.GetDirectoryName(data.Path)!, report = Path.Combine(folder, "smoke.json"), ended = Path.Combine(folder, "ended");
        ProcessStartInfo inside = Command([command, .. FreePorts, "--Ports:dashboard=0", $"--Data={data.Path}", .. command == "run" ? ["--Only=blobs"] : new[] { "--json", report }]);

        // With a terminal of its own, which is gone when this program is killed, and a shell that passes that on, as shells do, and writes down how the program ended.
        var start = new ProcessStartInfo("script") { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["SHELL"] = "/bin/sh";
        foreach (string argument in new[] { "--quiet", "--flush", "--command", $"trap 'kill -HUP $!' HUP; {inside.FileName} {string.Join(' ', inside.ArgumentList)} & wait $!; wait $!; echo $? > {ended}", "/dev/null" })
            start.ArgumentList.Add(argument);
        using var terminal = new RunningProgram(Process.Start(start)!);
        try
        {
            await Eventually.HoldsAsync(() => terminal.Output.Contains(command == "run" ? "everything is ready" : "preparing", StringComparison.Ordinal), $"{command} to start something");
            terminal.Process.Kill();
            await Eventually.HoldsAsync(() => File.Exists(ended) && File.ReadAllText(ended).EndsWith('\n'), $"{command} to end");
            Assert.Equal($"{exitCode}\n", await File.ReadAllTextAsync(ended, TestContext.Current.CancellationToken));
            await Eventually.HoldsAsync(() => ProcessList.With(data.Path).Length == 0, "nothing to be left");
            if (command == "smoke")
                Assert.Contains("\"error\": \"ended by a signal", await File.ReadAllTextAsync(report, TestContext.Current.CancellationToken), StringComparison.Ordinal);
        }
        finally
        {
            foreach (int id in ProcessList.With(data.Path))
                Supervision.Signals.Send(id, (Model.StopSignal)9);
        }
    }

    [Theory]
    [InlineData("a file")]
    [InlineData("below a file")]
    [InlineData("closed")]
    public async Task A_smoke_whose_data_folder_cannot_be_used_says_what_to_do_as_JSON(string how)
    {
        using var folder = new DataFolder();
        string data = folder.Path;
        if (how == "closed")
            Directory.CreateDirectory(Path.Combine(data, "apphost.lock")); // even root cannot open that as a file
        else
            await File.WriteAllTextAsync(data, "", TestContext.Current.CancellationToken);
        if (how == "below a file")
            data = Path.Combine(data, "data");
        (int exitCode, string output, string errors) = await RunApartAsync(["smoke", .. FreePorts, $"--Data={data}"]);
        Assert.True(exitCode == 1, errors);
        using JsonDocument json = JsonDocument.Parse(output);
        Assert.Equal(SmokeKeys, json.RootElement.EnumerateObject().Select(property => property.Name));
        string error = json.RootElement.GetProperty("error").GetString()!;
        Assert.Contains($"The data folder {data} cannot be used", error, StringComparison.Ordinal);
        Assert.Contains("--Data=PATH", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_report_that_the_standard_output_does_not_take_is_an_error()
    {
        var start = new ProcessStartInfo("sh") { RedirectStandardOutput = true, RedirectStandardError = true };
        ProcessStartInfo inside = Command("smoke", "--Only=blobs");
        foreach (string argument in new[] { "-c", "exec \"$@\" > /dev/full", "sh", inside.FileName }.Concat(inside.ArgumentList))
            start.ArgumentList.Add(argument);
        using var program = new RunningProgram(Process.Start(start)!);
        await program.EndsAsync("by itself");
        Assert.Equal(1, program.Process.ExitCode);
        Assert.Contains("AppHost: the standard output cannot be written", program.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_report_that_cannot_be_written_is_an_error()
    {
        (int exitCode, string output) = await RunToEndAsync("smoke", "--Only=blobs", "--json", "/no/such/folder/smoke.json");
        Assert.Equal(1, exitCode);
        Assert.Contains("/no/such/folder/smoke.json cannot be written", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Reset_deletes_the_data_and_refuses_while_it_is_in_use()
    {
        using var data = new DataFolder();
        using (DataFolderLock.Take(data.Path))
        {
            (int refused, string why) = await RunToEndAsync("reset", $"--Data={data.Path}");
            Assert.Equal(1, refused);
            Assert.Contains("Another AppHost uses", why, StringComparison.Ordinal);
        }

        await File.WriteAllTextAsync(Path.Combine(data.Path, "something"), "", TestContext.Current.CancellationToken);
        (int done, _) = await RunToEndAsync("reset", $"--Data={data.Path}");
        Assert.Equal(0, done);
        Assert.False(Directory.Exists(data.Path));
    }

    [Fact]
    public async Task Reset_deletes_what_lives_elsewhere_too_and_nothing_that_is_not_ours()
    {
        using var data = new DataFolder();
        DataFolderLock.Take(data.Path).Dispose();
        string elsewhere = Resources.PostgresResource.FallbackHome(data.Path);
        Directory.CreateDirectory(Path.Combine(elsewhere, "data"));
        Assert.Equal(0, (await RunToEndAsync("reset", $"--Data={data.Path}")).ExitCode);
        Assert.False(Directory.Exists(elsewhere) || Directory.Exists(data.Path));

        string own = Path.Combine(Directory.CreateDirectory(data.Path).FullName, "letters.txt");
        await File.WriteAllTextAsync(own, "", TestContext.Current.CancellationToken);
        (int refused, string why) = await RunToEndAsync("reset", $"--Data={data.Path}");
        Assert.Equal(1, refused);
        Assert.Contains("is no data folder of AppHost", why, StringComparison.Ordinal);
        Assert.True(File.Exists(own));
    }

    [Fact]
    public async Task Reset_says_so_where_there_is_nothing_or_a_file()
    {
        using var data = new DataFolder();
        string missing = Path.Combine(data.Path, "missing"), file = Path.Combine(Directory.CreateDirectory(data.Path).FullName, "letters.txt");
        (int exitCode, string output) = await RunToEndAsync("reset", $"--Data={missing}");
        Assert.Equal(0, exitCode);
        Assert.Contains($"There is nothing at {missing}.", output, StringComparison.Ordinal);
        await File.WriteAllTextAsync(file, "", TestContext.Current.CancellationToken);
        (exitCode, output) = await RunToEndAsync("reset", $"--Data={file}");
        Assert.Equal(1, exitCode);
        Assert.Contains("is a file", output, StringComparison.Ordinal);
        Assert.True(File.Exists(file));
    }

    [Theory]
    [InlineData("'-x=1' is not understood", "smoke", "-x=1")]
    [InlineData("'fast' is not understood", "run", "fast")]
    [InlineData("--json has no value", "smoke", "--json")]
    [InlineData("--Data has no value", "reset", "--Data", "--Only=blobs")]
    [InlineData("there is no setting 'promt' of smoke. There are: Only, Data", "smoke", "--promt=a cat")]
    [InlineData("there is no setting 'prompt' of run", "--prompt=a cat")]
    [InlineData("there is no setting 'Port:gateway' of run", "run", "--Port:gateway=0")]
    public async Task A_slip_on_the_command_line_is_told(string told, params string[] arguments)
    {
        (int exitCode, string output) = await RunToEndAsync(arguments);
        Assert.Equal(1, exitCode);
        Assert.StartsWith("AppHost: ", output, StringComparison.Ordinal);
        Assert.Contains(told, output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("help")]
    [InlineData("--help")]
    [InlineData("smoke", "-h")]
    public async Task Help_is_had_in_the_usual_ways(params string[] arguments)
    {
        (int exitCode, string output) = await RunToEndAsync(arguments);
        Assert.Equal(0, exitCode);
        Assert.Contains("--Ports:NAME=NUMBER", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unknown_command_or_resource_is_explained()
    {
        (int exitCode, string output) = await RunToEndAsync("dance");
        Assert.Equal(1, exitCode);
        Assert.Contains("there is no command 'dance'", output, StringComparison.Ordinal);
        (exitCode, output) = await RunToEndAsync("run", "--Only=mysql", "--Ports:dashboard=0");
        Assert.Equal(1, exitCode);
        Assert.Contains("there is no 'mysql'", output, StringComparison.Ordinal);
    }

    private static ProcessStartInfo Command(params string[] arguments) => CommandWith(null, arguments);

    /// <summary>The program, to be started; with <paramref name="tools"/> in front of what it finds on its PATH.</summary>
    private static ProcessStartInfo CommandWith(string? tools, params string[] arguments)
    {
        // A program started in the background inherits that SIGINT is ignored, and one under nohup that SIGHUP is; a person's Ctrl-C comes to one for which they are not.
        var start = new ProcessStartInfo("env") { RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add("--default-signal=INT,HUP,TERM");
        start.ArgumentList.Add("dotnet");
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "Nsn.AppHost.dll"));
        foreach (string argument in arguments)
            start.ArgumentList.Add(argument);
        if (tools is not null)
            start.Environment["PATH"] = $"{tools}:{Environment.GetEnvironmentVariable("PATH")}";
        return start;
    }

    /// <summary>Writes a shell script that can be executed; gives its folder.</summary>
    private static string Script(string root, string name, string text)
    {
        string folder = Directory.CreateDirectory(Path.Combine(root, "tools")).FullName, file = Path.Combine(folder, name);
        File.WriteAllText(file, $"#!/bin/sh\n{text}\n");
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(file, (UnixFileMode)0b111_101_101);
        return folder;
    }

    private static async Task<(int ExitCode, string Output)> RunToEndAsync(params string[] arguments)
    {
        (int exitCode, string output, string errors) = await RunApartAsync(arguments);
        return (exitCode, output + errors);
    }

    internal static Task<(int ExitCode, string Output, string Errors)> RunApartAsync(params string[] arguments) => RunApartAsync(TimeSpan.FromMinutes(2), arguments);

    internal static async Task<(int ExitCode, string Output, string Errors)> RunApartAsync(TimeSpan within, string[] arguments)
    {
        using Process process = Process.Start(Command(arguments))!;
        Task<string> output = process.StandardOutput.ReadToEndAsync(), errors = process.StandardError.ReadToEndAsync();
        try
        {
            await Eventually.EndsAsync(process.WaitForExitAsync(TestContext.Current.CancellationToken), $"'{string.Join(' ', arguments)}' to end", within);
        }
        finally
        {
            process.Kill();
        }

        return (process.ExitCode, await output, await errors);
    }

    private sealed partial class RunningProgram : IDisposable
    {
        private readonly System.Text.StringBuilder _output = new();
        private readonly HttpClient _http = new();

        public RunningProgram(Process process)
        {
            Process = process;
            process.OutputDataReceived += (_, e) => Append(e.Data);
            process.ErrorDataReceived += (_, e) => Append(e.Data);
            process.BeginOutputReadLine();
            process.BeginErrorReadLine();
        }

        public Process Process { get; }

        public string Output
        {
            get
            {
                lock (_output)
                    return _output.ToString();
            }
        }

        public static async Task<RunningProgram> StartAsync(string data, params string[] settings)
        {
            var program = new RunningProgram(Process.Start(Command(
                ["run", $"--Data={data}", "--Ports:dashboard=0", "--Ports:postgres=0", "--Ports:blobs=0", .. settings]))!);
            try
            {
                await Eventually.HoldsAsync(
                    () => program.Output.Contains("everything is ready", StringComparison.Ordinal) || program.Process.HasExited, "AppHost to be ready", TimeSpan.FromMinutes(2));
                Assert.False(program.Process.HasExited, program.Output);
                return program;
            }
            catch
            {
                program.Dispose();
                throw;
            }
        }

        public async Task<int[]> ProcessIdsAsync()
        {
            string address = DashboardAddress().Match(Output).Groups[1].Value;
            JsonElement resources = await _http.GetFromJsonAsync<JsonElement>(new Uri(address + "/api/resources"));
            return [.. resources.EnumerateArray().Select(r => r.GetProperty("processId")).Where(p => p.ValueKind == JsonValueKind.Number).Select(p => p.GetInt32())];
        }

        /// <summary>Waits for its end, and for what it has written.</summary>
        public Task EndsAsync(string when) => Eventually.EndsAsync(Process.WaitForExitAsync(TestContext.Current.CancellationToken), $"AppHost to end {when}");

        public void Interrupt() => Supervision.Signals.Send(Process.Id, Model.StopSignal.Interrupt);

        public void Dispose()
        {
            if (!Process.HasExited)
                Process.Kill();
            Process.WaitForExit();
            Process.Dispose();
            _http.Dispose();
        }

        [GeneratedRegex(@"dashboard: (http://\S+)")]
        private static partial Regex DashboardAddress();

        private void Append(string? line)
        {
            lock (_output)
                _output.AppendLine(line);
        }
    }
}
