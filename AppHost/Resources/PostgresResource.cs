using System.Security.Cryptography;
using System.Text;
using Npgsql;
using Nsn.AppHost.Hosting;
using Nsn.AppHost.Model;
using Nsn.AppHost.Provisioning;

namespace Nsn.AppHost.Resources;

/// <summary>
/// A PostgreSQL server: the one that <c>ConnectionStrings:nsn</c> names, else an installed one, else the one that npm brings, on the loopback address, with a
/// password of its own and its data in the data folder. PostgreSQL refuses root; where we are root it runs as <c>nobody</c>.
/// </summary>
public sealed class PostgresResource(string name) : Resource(name), IMayBeExternal
{
    private const string User = "nsn";
    private string _binaries = "";
    private string _home = "";
    private string? _password;

    /// <inheritdoc />
    public override string Kind => "PostgreSQL";

    /// <summary>Databases to create, with the connection-string names that replace the server where they are configured.</summary>
    internal List<string> Databases { get; } = [];

    /// <inheritdoc />
    public bool IsExternal(Stack stack)
    {
        ArgumentNullException.ThrowIfNull(stack);
        return Databases.Count > 0 && Databases.TrueForAll(d => ConfiguredConnection(stack, d) is not null);
    }

    internal static string? ConfiguredConnection(Stack stack, string database) =>
        stack.Configuration[$"ConnectionStrings:{database}"] is { Length: > 0 } configured ? configured : null;

    internal string GetConnectionString(Stack stack, string database) =>
        ConfiguredConnection(stack, database) ?? new NpgsqlConnectionStringBuilder
        {
            Host = "127.0.0.1",
            Port = stack.Ports.Get(this, "tcp"),
            Username = User,
            Password = ReadPassword(stack),
            Database = database,
        }.ConnectionString;

    /// <inheritdoc />
    protected internal override async Task PrepareAsync(ResourceContext context, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(context);
        if (IsExternal(context.Stack))
            return;
        await FindBinariesAsync(context, cancellationToken).ConfigureAwait(false);
        string data = Path.Combine(_home, "data");
        if (!File.Exists(Path.Combine(data, "PG_VERSION")))
            await InitializeAsync(context, data, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc />
    protected internal override LaunchPlan? CreateLaunchPlan(ResourceContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        if (IsExternal(context.Stack))
            return null;
        return new LaunchPlan
        {
            FileName = Path.Combine(_binaries, "postgres"),
            Arguments =
            [
                "-D", Path.Combine(_home, "data"), "-p", $"{context.GetPort("tcp")}",
                "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=", "-c", "max_connections=200",
            ],
            WorkingDirectory = _home,
            Environment = new Dictionary<string, string> { ["LC_ALL"] = "C" },
            Unprivileged = true,
            StopSignal = StopSignal.Interrupt,
        };
    }

    /// <inheritdoc />
    protected internal override async Task<string?> CheckHealthAsync(ResourceContext context, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(context);
        bool external = IsExternal(context.Stack);
        // Without the pool, so that no connection is left in it when the server restarts.
        var settings = new NpgsqlConnectionStringBuilder(GetConnectionString(context.Stack, external ? Databases[0] : "postgres")) { Pooling = false, Timeout = 3 };
        await using var connection = new NpgsqlConnection(settings.ConnectionString);
        await connection.OpenAsync(cancellationToken).ConfigureAwait(false);
        foreach (string database in external ? [] : Databases)
        {
            await using var exists = new NpgsqlCommand("select 1 from pg_database where datname = $1", connection) { Parameters = { new() { Value = database } } };
            if (await exists.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false) is not null)
                continue;
            await using var create = new NpgsqlCommand($"create database \"{database}\"", connection);
            await create.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
        }

        return null;
    }

    /// <summary>Where data lies that the unprivileged user cannot reach in the data folder, because a folder above is closed to others.</summary>
    internal static string FallbackHome(string dataFolder) =>
        Path.Combine("/var/tmp", "nsn-" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(dataFolder)))[..12]);

    private static string PasswordFile(Stack stack) => Path.Combine(stack.Paths.Data, "postgres.password");

    private string ReadPassword(Stack stack)
    {
        if (_password is not null)
            return _password;
        string path = PasswordFile(stack);
        if (!File.Exists(path))
        {
            Directory.CreateDirectory(stack.Paths.Data);
            WriteSecret(path, RandomNumberGenerator.GetHexString(32, lowercase: true));
        }

        return _password = File.ReadAllText(path).Trim();
    }

    // A new file, which nobody else can read at any time.
    private static void WriteSecret(string path, string secret)
    {
        using FileStream file = OperatingSystem.IsWindows()
            ? new FileStream(path, FileMode.CreateNew)
            : new FileStream(path, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite });
        file.Write(Encoding.ASCII.GetBytes(secret));
    }

    // The data decides: a cluster is used with the version that made it, wherever that is.
    private async Task FindBinariesAsync(ResourceContext context, CancellationToken cancellationToken)
    {
        Stack stack = context.Stack;
        _home = Path.Combine(stack.Paths.Data, Name);
        Directory.CreateDirectory(_home);
        if (UnprivilegedUser.IsNeeded && !await UnprivilegedUser.CanExecuteAsync(_home, cancellationToken).ConfigureAwait(false))
        {
            _home = FallbackHome(stack.Paths.Data);
            context.Log($"'{UnprivilegedUser.Name}' cannot reach {stack.Paths.Data}: PostgreSQL lives in {_home} (\"reset\" deletes that, too)");
            await PrivateFolder.EnsureAsync(_home, cancellationToken).ConfigureAwait(false);
        }

        string versionFile = Path.Combine(_home, "data", "PG_VERSION");
        string? version = File.Exists(versionFile) ? (await File.ReadAllTextAsync(versionFile, cancellationToken).ConfigureAwait(false)).Trim() : null;
        _binaries = await FindInstalledAsync(stack, version, cancellationToken).ConfigureAwait(false)
            ?? await FindProvisionedAsync(context, cancellationToken).ConfigureAwait(false);
        if (version is not null && await ReadVersionAsync(_binaries, cancellationToken).ConfigureAwait(false) is { } found && found != version)
            throw new AppHostException($"The data in {_home} is of PostgreSQL {version}, but only {found} is here: install {version}, or delete the data with \"reset\".");
        context.Log($"using PostgreSQL in {_binaries}");
    }

    private static async Task<string?> FindInstalledAsync(Stack stack, string? version, CancellationToken cancellationToken)
    {
        switch (stack.Configuration["Postgres:Source"] ?? "auto")
        {
            case "npm":
                return null;
            case "auto" or "installed":
                break;
            case var other:
                throw new AppHostException($"Postgres:Source={other}: say 'npm', 'installed' or 'auto'.");
        }

        foreach (string folder in ToolLocator.FindInstalledPostgres())
        {
            if (await ReadVersionAsync(folder, cancellationToken).ConfigureAwait(false) is { } found && (version is null || found == version))
                return folder;
        }

        return null;
    }

    // What npm brings; in a copy where the unprivileged user cannot reach it.
    private async Task<string> FindProvisionedAsync(ResourceContext context, CancellationToken cancellationToken)
    {
        await context.Stack.Npm.EnsureAsync(context.Log, cancellationToken).ConfigureAwait(false);
        string native = FindNative(context.Stack.Npm.Modules);
        if (UnprivilegedUser.IsNeeded && !await UnprivilegedUser.CanExecuteAsync(Path.Combine(native, "bin", "postgres"), cancellationToken).ConfigureAwait(false))
        {
            string copy = Path.Combine(_home, "native");
            if (!File.Exists(Path.Combine(copy, "bin", "postgres")))
                await RunAsync("cp", ["-a", native, copy], context, cancellationToken).ConfigureAwait(false);
            native = copy;
        }

        return Path.Combine(native, "bin");
    }

    // "postgres (PostgreSQL) 18.4" gives "18".
    private static async Task<string?> ReadVersionAsync(string binaries, CancellationToken cancellationToken)
    {
        CommandResult result = await Command.RunAsync(Path.Combine(binaries, "postgres"), ["--version"], null, null, cancellationToken).ConfigureAwait(false);
        return result.Output.Split(' ').Select(word => word.Split('.')[0]).FirstOrDefault(word => word.Length > 0 && word.All(char.IsAsciiDigit));
    }

    private static string FindNative(string modules)
    {
        string folder = Path.Combine(modules, "@embedded-postgres");
        return Directory.Exists(folder) && Directory.EnumerateDirectories(folder).FirstOrDefault() is { } platform
            ? Path.Combine(platform, "native")
            : throw new AppHostException(
                "npm has no PostgreSQL for this platform: install PostgreSQL 15 or later, or set ConnectionStrings__nsn to one that runs.");
    }

    private async Task InitializeAsync(ResourceContext context, string data, CancellationToken cancellationToken)
    {
        context.Log($"creating a database cluster in {data}");
        string passwordFile = Path.Combine(_home, "initial.password");
        // What an interrupted attempt has left is no cluster, and its file may be anybody's to read.
        if (Directory.Exists(data))
            Directory.Delete(data, recursive: true);
        File.Delete(passwordFile);
        WriteSecret(passwordFile, ReadPassword(context.Stack));
        try
        {
            List<string> command =
            [
                Path.Combine(_binaries, "initdb"), "-D", data, "-U", User, "-E", "UTF8", "--locale=C", "--auth=scram-sha-256", $"--pwfile={passwordFile}", "--no-sync",
            ];
            if (UnprivilegedUser.IsNeeded)
            {
                await RunAsync("chown", [UnprivilegedUser.Name, _home, passwordFile], context, cancellationToken).ConfigureAwait(false);
                command.InsertRange(0, ["setpriv", .. UnprivilegedUser.SetprivArguments]);
            }

            await RunAsync(command[0], command.Skip(1), context, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            File.Delete(passwordFile);
        }
    }

    private async Task RunAsync(string program, IEnumerable<string> arguments, ResourceContext context, CancellationToken cancellationToken)
    {
        CommandResult result = await Command.RunAsync(program, arguments, _home, context.Log, cancellationToken).ConfigureAwait(false);
        if (result.ExitCode != 0)
            throw new AppHostException($"{Path.GetFileName(program)} ended with exit code {result.ExitCode}: {result.Output}");
    }
}
