using Nsn.Vortex;

namespace Nsn.Cli;

/// <summary>Finds the embedded pack: in the folder that is given, else <c>models/toon/pack</c> above the current folder or the program.</summary>
internal static class PackLocator
{
    private static readonly string s_embedded = Path.Combine("models", "toon", "pack");

    public static string Find(string? given)
    {
        if (!string.IsNullOrEmpty(given))
            return given;
        foreach (var start in new[] { Environment.CurrentDirectory, AppContext.BaseDirectory })
        {
            for (var folder = new DirectoryInfo(start); folder is not null; folder = folder.Parent)
            {
                var candidate = Path.Combine(folder.FullName, s_embedded);
                if (Directory.Exists(candidate))
                    return candidate;
            }
        }

        throw new ClipException(ClipError.Pack, $"There is no {s_embedded} above the current folder: give a pack's folder with --pack.");
    }

    /// <summary>Folders with a manifest beneath <c>models</c>.</summary>
    public static IEnumerable<string> All()
    {
        for (var folder = new DirectoryInfo(Environment.CurrentDirectory); folder is not null; folder = folder.Parent)
        {
            var models = Path.Combine(folder.FullName, "models");
            if (Directory.Exists(models))
                return Directory.EnumerateFiles(models, "manifest.json", SearchOption.AllDirectories).Select(file => Path.GetDirectoryName(file)!).Order();
        }

        return [];
    }
}
