using Nsn.AppHost.Model;
using Nsn.AppHost.Provisioning;

namespace Nsn.AppHost.Resources;

/// <summary>A folder of TypeScript pages: a step that runs <c>npm ci</c> and <c>npm run build</c> where <c>dist</c> is older than its sources.</summary>
public sealed class PagesResource(string name, string folder) : Resource(name)
{
    /// <inheritdoc />
    public override string Kind => "pages";

    /// <inheritdoc />
    public override bool RunsToCompletion => true;

    /// <summary>The folder.</summary>
    public string Folder { get; } = folder;

    /// <summary>Whether what was built is newer than everything it is built from.</summary>
    internal bool IsUpToDate
    {
        get
        {
            string built = Path.Combine(Folder, "dist");
            if (!Directory.Exists(built))
                return false;
            DateTime builtAt = Directory.GetLastWriteTimeUtc(built);
            string modules = Path.Combine(Folder, "node_modules") + Path.DirectorySeparatorChar, output = built + Path.DirectorySeparatorChar;
            return !Directory.EnumerateFiles(Folder, "*", SearchOption.AllDirectories)
                .Where(file => !file.StartsWith(modules, StringComparison.Ordinal) && !file.StartsWith(output, StringComparison.Ordinal))
                .Any(file => File.GetLastWriteTimeUtc(file) > builtAt);
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
        : new LaunchPlan { FileName = "sh", Arguments = ["-c", "npm run --silent build && touch dist"], WorkingDirectory = Folder };
}
