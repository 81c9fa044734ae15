using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Nsn.AppHost.Hosting;

namespace Nsn.AppHost.Provisioning;

/// <summary>A folder with <c>package-lock.json</c>, installed once with <c>npm ci</c>; offline from then on.</summary>
public sealed class NpmPackages(string folder)
{
    private static readonly TimeSpan ProgressInterval = TimeSpan.FromSeconds(5);

    /// <summary>Where the packages are.</summary>
    public string Modules => Path.Combine(folder, "node_modules");

    /// <summary>Whether everything that the lock file names is here.</summary>
    public bool IsInstalled
    {
        get
        {
            if (!File.Exists(StampFile))
                return false;
            string stamp = File.ReadAllText(StampFile);
            // A script that installed the packages leaves an empty stamp; its time counts then.
            return stamp.Length == 0 ? File.GetLastWriteTimeUtc(StampFile) >= File.GetLastWriteTimeUtc(LockFile) : stamp == HashOfLockFile();
        }
    }

    private string StampFile => Path.Combine(Modules, ".installed");

    private string LockFile => Path.Combine(folder, "package-lock.json");

    /// <summary>Installs what is missing and says so through <paramref name="log"/>; several callers, in several processes, may ask at once.</summary>
    public async Task EnsureAsync(Action<string> log, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(log);
        if (IsInstalled)
            return;
        await using FileStream _ = await LockAsync(log, cancellationToken).ConfigureAwait(false);
        if (!IsInstalled)
            await InstallAsync(log, cancellationToken).ConfigureAwait(false);
    }

    private async Task InstallAsync(Action<string> log, CancellationToken cancellationToken)
    {
        string name = Path.GetFileName(folder);
        log($"npm ci in {name}: fetching the packages of its lock file, once");
        long started = Stopwatch.GetTimestamp();
        using var progress = new Timer(
            _ => log(string.Create(CultureInfo.InvariantCulture, $"npm ci in {name}: {CountPackages()} packages after {Stopwatch.GetElapsedTime(started).TotalSeconds:F0} s")),
            null,
            ProgressInterval,
            ProgressInterval);
        try
        {
            CommandResult result = await Command.RunAsync(
                "npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"], folder, log, cancellationToken).ConfigureAwait(false);
            if (result.ExitCode != 0)
                throw new AppHostException($"npm ci failed in {folder}. With a network it can be tried again at once; npm said:\n{result.Output}");
        }
        catch (Win32Exception error)
        {
            throw new AppHostException("npm is not installed: install Node.js 20 or later, which brings it.", error);
        }

        await File.WriteAllTextAsync(StampFile, HashOfLockFile(), cancellationToken).ConfigureAwait(false);
        log(string.Create(CultureInfo.InvariantCulture, $"npm ci in {name}: done in {Stopwatch.GetElapsedTime(started).TotalSeconds:F0} s"));
    }

    private string HashOfLockFile() => Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(LockFile)));

    private int CountPackages() => Directory.Exists(Modules) ? Directory.EnumerateDirectories(Modules).Count() : 0;

    private async Task<FileStream> LockAsync(Action<string> log, CancellationToken cancellationToken)
    {
        string path = Path.Combine(Path.GetTempPath(), $"nsn-npm-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(folder)))[..16]}.lock");
        for (bool told = false; ; told = true)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1, FileOptions.DeleteOnClose);
            }
            catch (IOException) when (Directory.Exists(folder))
            {
                if (!told)
                    log($"another one is installing the packages of {Path.GetFileName(folder)}; waiting for it");
                await Task.Delay(TimeSpan.FromMilliseconds(250), cancellationToken).ConfigureAwait(false);
            }
        }
    }
}
