using Microsoft.Extensions.Configuration;

namespace Nsn.AppHost.Hosting;

/// <summary>Where things are.</summary>
public sealed class StackPaths
{
    private StackPaths(string root, string data)
    {
        Root = root;
        Data = data;
    }

    /// <summary>The repository.</summary>
    public string Root { get; }

    /// <summary>Everything that the stack keeps, in one ignored folder.</summary>
    public string Data { get; }

    /// <summary>The folder of native parts that npm brings.</summary>
    public string Provision => Path.Combine(Root, "AppHost", "provision");

    /// <summary>The folder of the inference library that only machines with a GPU need.</summary>
    public string WebGpu => Path.Combine(Root, "AppHost", "webgpu");

    /// <summary>Reads <c>Root</c> (by default the nearest folder above with <c>NSN.sln</c>) and <c>Data</c> (by default <c>.data</c> in it).</summary>
    public static StackPaths From(IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        string root = configuration["Root"] is { Length: > 0 } given ? Path.GetFullPath(given) : FindRoot();
        string data = Path.GetFullPath(configuration["Data"] is { Length: > 0 } other ? other : ".data", root), inside = Path.GetRelativePath(data, root);
        return Path.IsPathRooted(inside) || inside.StartsWith("..", StringComparison.Ordinal)
            ? new StackPaths(root, data)
            : throw new AppHostException($"The repository ({root}) is in the data folder {data}, and would be deleted with it: choose another with --Data=PATH.");
    }

    private static string FindRoot()
    {
        foreach (string start in new[] { AppContext.BaseDirectory, Environment.CurrentDirectory })
        {
            for (DirectoryInfo? folder = new(start); folder is not null; folder = folder.Parent)
            {
                if (File.Exists(Path.Combine(folder.FullName, "NSN.sln")))
                    return folder.FullName;
            }
        }

        throw new AppHostException("No NSN.sln above this program: start it from the repository, or say where that is with --Root=PATH.");
    }
}
