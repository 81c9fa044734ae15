using System.Diagnostics;
using Nsn.AppHost.Hosting;
using Nsn.AppHost.Resources;
using Nsn.AppHost.Supervision;

namespace Nsn.AppHost.Tests;

/// <summary>Pages that bundle a package of the same repository, as the viewer bundles the player: built by AppHost, and by tests/prepare.</summary>
public sealed class PagesTests : IDisposable
{
    // "aviewer" comes before "player" by name, so that no order by name is the right one by chance.
    private const string Viewer = "aviewer", Player = "player";
    private const string BuildPlayer = "mkdir -p dist && cat src/index.js > dist/index.js && test ! -e fail-late";
    private const string BuildViewer = "mkdir -p dist && cat ../player/dist/index.js src/page.js > dist/bundle.js";

    private readonly string _root = Directory.CreateTempSubdirectory("nsn-pages-").FullName;

    public PagesTests()
    {
        Package(Player, BuildPlayer, "");
        Package(Viewer, BuildViewer, """ "dependencies": { "@test/player": "file:../player" }, """);
        Write(Player, "src/index.js", "player 1;");
        Write(Viewer, "src/page.js", "page 1;");
    }

    private string Bundle => File.ReadAllText(Path.Combine(_root, "web", Viewer, "dist", "bundle.js"));

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public async Task A_page_is_built_after_the_package_that_it_bundles_and_again_when_that_changes()
    {
        IReadOnlyList<string> order = await BuildAsync();
        Assert.True(order.ToList().IndexOf($"{Player} Finished") < order.ToList().IndexOf($"{Viewer} Preparing"), string.Join(", ", order));
        Assert.Equal("player 1;page 1;", Bundle);

        Write(Player, "src/index.js", "player 2;");
        order = await BuildAsync();
        Assert.Equal("player 2;page 1;", Bundle);
        Assert.Contains($"{Viewer} Starting", order);

        // Nothing has changed: nothing is built.
        order = await BuildAsync();
        Assert.DoesNotContain($"{Viewer} Starting", order);
        Assert.DoesNotContain($"{Player} Starting", order);
    }

    [Fact]
    public async Task A_package_that_somebody_built_by_hand_is_bundled_anew()
    {
        await BuildAsync();
        Write(Player, "dist/index.js", "player by hand;");
        Assert.True(IsUpToDate(Player));
        Assert.False(IsUpToDate(Viewer));
    }

    [Fact]
    public async Task What_a_failed_build_has_left_is_not_taken_for_built()
    {
        Write(Player, "fail-late", "");
        StackBuilder builder = Declare();
        await using (StackApplication application = builder.Build())
        {
            application.Start();
            ResourceInstance player = application.Find(Player)!;
            await Eventually.HoldsAsync(() => player.Snapshot.Restarts >= 2, "the player's build to fail twice");
            Assert.Equal(ResourceState.Waiting, application.Find(Viewer)!.Snapshot.State);
        }

        File.Delete(Path.Combine(_root, "web", Player, "fail-late"));
        await BuildAsync();
        Assert.Equal("player 1;page 1;", Bundle);
    }

    [Fact]
    public async Task The_tests_preparation_does_the_same()
    {
        await PrepareAsync();
        Assert.Equal("player 1;page 1;", Bundle);
        Assert.True(IsUpToDate(Player) && IsUpToDate(Viewer));
        Write(Player, "src/index.js", "player 2;");
        await PrepareAsync();
        Assert.Equal("player 2;page 1;", Bundle);
        Assert.Equal("", await PrepareAsync());
        await BuildAsync();
        Assert.Equal("", await PrepareAsync());
        Write(Player, "dist/index.js", "player by hand;");
        await PrepareAsync();
        Assert.Equal("player by hand;page 1;", Bundle);
    }

    [Fact]
    public void The_viewer_waits_for_the_player()
    {
        StackBuilder stack = NsnStack.Declare();
        Assert.Contains(stack.Resources.Single(r => r.Name == "player"), stack.Resources.Single(r => r.Name == "viewer").Dependencies);
    }

    private StackBuilder Declare()
    {
        StackBuilder builder = StackBuilder.Create($"--Root={_root}", $"--Data={Path.Combine(_root, "data")}");
        builder.AddPages(Player, $"web/{Player}");
        builder.AddPages(Viewer, $"web/{Viewer}");
        return builder;
    }

    private bool IsUpToDate(string page) => new PagesResource(page, Path.Combine(_root, "web", page)).IsUpToDate;

    /// <summary>Builds as AppHost does, and says which states were gone through, in order.</summary>
    private async Task<IReadOnlyList<string>> BuildAsync()
    {
        await using StackApplication application = Declare().Build();
        var seen = new List<string>();
        foreach (ResourceInstance instance in application.Instances)
        {
            instance.Changed += snapshot =>
            {
                lock (seen)
                    seen.Add($"{snapshot.Name} {snapshot.State}");
            };
        }

        application.Start();
        await application.WaitUntilReadyAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);
        lock (seen)
            return [.. seen];
    }

    private async Task<string> PrepareAsync()
    {
        string script = Path.Combine(_root, "tests", "prepare");
        Directory.CreateDirectory(Path.GetDirectoryName(script)!);
        File.Copy(Path.Combine(NsnStack.Declare().Paths.Root, "tests", "prepare"), script, overwrite: true);
        using Process process = Process.Start(new ProcessStartInfo("bash", [script]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        Task<string> output = process.StandardOutput.ReadToEndAsync(), errors = process.StandardError.ReadToEndAsync();
        try
        {
            await Eventually.EndsAsync(process.WaitForExitAsync(TestContext.Current.CancellationToken), "tests/prepare to end");
        }
        finally
        {
            process.Kill(entireProcessTree: true);
        }

        Assert.True(process.ExitCode == 0, await output + await errors);
        return await output;
    }

    private void Package(string name, string build, string dependencies)
    {
        Write(name, "package.json", $$"""{ "name": "@test/{{name}}", "version": "1.0.0", {{dependencies}} "scripts": { "build": "{{build}}" } }""");
        Write(name, "node_modules/.installed", "");
    }

    private void Write(string package, string file, string text)
    {
        string path = Path.Combine(_root, "web", package, file);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }
}
