using System.Text.Json;
using Nsn.AppHost.Hosting;

namespace Nsn.AppHost.Provisioning;

/// <summary>The packages of the same repository that an npm package depends on (<c>"file:../player"</c>): npm links them into <c>node_modules</c>.</summary>
internal static class LocalPackages
{
    private static readonly string[] Sections = ["dependencies", "devDependencies", "optionalDependencies"];

    /// <summary>Folders of what the package in <paramref name="folder"/> depends on, and of what that depends on, each once.</summary>
    /// <exception cref="AppHostException">A <c>package.json</c> cannot be read.</exception>
    public static IReadOnlyList<string> Of(string folder)
    {
        var found = new List<string>();
        Visit(Path.GetFullPath(folder), found);
        return found;
    }

    private static void Visit(string folder, List<string> found)
    {
        foreach (string package in ReadDirect(folder))
        {
            if (found.Contains(package))
                continue;
            found.Add(package);
            Visit(package, found);
        }
    }

    private static List<string> ReadDirect(string folder)
    {
        string file = Path.Combine(folder, "package.json");
        var packages = new List<string>();
        if (!File.Exists(file))
            return packages;
        try
        {
            using JsonDocument json = JsonDocument.Parse(File.ReadAllBytes(file));
            foreach (string section in Sections)
            {
                if (!json.RootElement.TryGetProperty(section, out JsonElement dependencies))
                    continue;
                foreach (JsonProperty dependency in dependencies.EnumerateObject())
                {
                    // An archive can be named this way, too; it does not change by itself.
                    if (dependency.Value.GetString() is { } target && target.StartsWith("file:", StringComparison.Ordinal)
                        && Path.GetFullPath(target["file:".Length..], folder) is var package && Directory.Exists(package))
                        packages.Add(package);
                }
            }
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            throw new AppHostException($"{file} cannot be read: {error.Message}", error);
        }

        return packages;
    }
}
