namespace Nsn.AppHost.Provisioning;

/// <summary>Finds programs that are installed.</summary>
public static class ToolLocator
{
    /// <summary>The full path of a program on PATH, or null.</summary>
    public static string? FindOnPath(string program)
    {
        string name = OperatingSystem.IsWindows() ? program + ".exe" : program;
        foreach (string folder in (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries))
        {
            string candidate = Path.Combine(folder, name);
            if (File.Exists(candidate))
                return candidate;
        }

        return null;
    }

    /// <summary>The folders with <c>initdb</c> and <c>postgres</c> of every installed PostgreSQL: the one on PATH, then Debian's, the newest first.</summary>
    public static IEnumerable<string> FindInstalledPostgres()
    {
        if (FindOnPath("postgres") is { } onPath && FindOnPath("initdb") is not null)
            yield return Path.GetDirectoryName(onPath)!;
        const string Debian = "/usr/lib/postgresql";
        if (!Directory.Exists(Debian))
            yield break;
        IEnumerable<string> folders = Directory.EnumerateDirectories(Debian)
            .Select(folder => (Folder: Path.Combine(folder, "bin"), Version: int.TryParse(Path.GetFileName(folder), out int version) ? version : 0))
            .Where(found => File.Exists(Path.Combine(found.Folder, "postgres")) && File.Exists(Path.Combine(found.Folder, "initdb")))
            .OrderByDescending(found => found.Version)
            .Select(found => found.Folder);
        foreach (string folder in folders)
            yield return folder;
    }
}
