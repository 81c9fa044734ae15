using Nsn.AppHost.Model;
using Nsn.AppHost.Provisioning;

namespace Nsn.AppHost.Resources;

/// <summary>
/// A folder of TypeScript pages: a step that runs <c>npm ci</c> and <c>npm run build</c> where what was built is older than its sources. Packages of the
/// same repository that it depends on (<c>file:</c>) are bundled, so they are sources, too: theirs, and what was built from those.
/// </summary>
public sealed class PagesResource(string name, string folder) : Resource(name)
{
    // dist is no stamp: a build that fails, or is killed, leaves a new one. The time is that of the start, so that edits during a build count.
    private const string Build =
        "mkdir -p node_modules && touch node_modules/.building && npm run --silent build && mv -f node_modules/.building node_modules/.built";

    /// <inheritdoc />
    public override string Kind => "pages";

    /// <inheritdoc />
    public override bool RunsToCompletion => true;

    /// <summary>The folder.</summary>
    public string Folder { get; } = Path.GetFullPath(folder);

    /// <summary>Whether the last build succeeded and began after everything that it is built from was written.</summary>
    internal bool IsUpToDate
    {
        get
        {
            var stamp = new FileInfo(Path.Combine(Folder, "node_modules", ".built"));
            if (!stamp.Exists || !Directory.Exists(Path.Combine(Folder, "dist")))
                return false;
            IEnumerable<string> sources = FilesIn(Folder, "node_modules", "dist").Concat(LocalPackages.Of(Folder).SelectMany(package => FilesIn(package, "node_modules")));
            return !sources.Any(file => File.GetLastWriteTimeUtc(file) > stamp.LastWriteTimeUtc);
        }
    }

    /// <inheritdoc />
    protected internal override async Task PrepareAsync(ResourceContext context, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(context);
        if (!IsUpToDate)
            await new NpmPackages(Folder).EnsureAsync(context.Log, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc />
    protected internal override LaunchPlan? CreateLaunchPlan(ResourceContext context) => IsUpToDate
        ? null
        : new LaunchPlan { FileName = "sh", Arguments = ["-c", Build], WorkingDirectory = Folder, StartsOthers = true };

    /// <summary>Files in a folder, without those in some folders directly under it.</summary>
    private static IEnumerable<string> FilesIn(string folder, params string[] except) => Directory.EnumerateFiles(folder).Concat(
        Directory.EnumerateDirectories(folder)
            .Where(inner => !except.Contains(Path.GetFileName(inner)))
            .SelectMany(inner => Directory.EnumerateFiles(inner, "*", SearchOption.AllDirectories)));
}
