using Nsn.AppHost.Hosting;
using Nsn.AppHost.Provisioning;

namespace Nsn.AppHost.Tests;

public class WebGpuTests
{
    private static WebGpuLibrary Library(params string[] arguments)
    {
        Assert.SkipUnless(string.IsNullOrEmpty(Environment.GetEnvironmentVariable(WebGpuLibrary.Variable)), $"{WebGpuLibrary.Variable} is set");
        Assert.SkipUnless(OperatingSystem.IsLinux(), "the library is used on Linux only");
        return NsnStack.Declare(arguments).Build().Stack.WebGpu;
    }

    [Fact]
    public void The_library_is_fetched_for_a_gpu_or_when_it_is_asked_for()
    {
        Assert.True(Library().IsWanted(machineHasGpu: true));
        Assert.False(Library().IsWanted(machineHasGpu: false));
        Assert.True(Library("--Silo:Device=webgpu").IsWanted(machineHasGpu: false));
        Assert.False(Library("--Silo:Device=cpu").IsWanted(machineHasGpu: true));
        Assert.False(Library("--Silo:Device=cuda").IsWanted(machineHasGpu: true));
    }

    [Fact]
    public void The_gpu_silo_is_told_its_device_and_library_and_no_other_is()
    {
        WebGpuLibrary library = Library("--Silo:Device=webgpu");
        Assert.SkipUnless(File.Exists(library.File), "AppHost/webgpu is not installed: tests/prepare does it");
        StackApplication stack = NsnStack.Declare("--Silo:Device=webgpu").Build();
        Dictionary<string, string> environment = stack.Find("gpu")!.Context.CreateEnvironment();
        Assert.Equal(("webgpu", library.File), (environment["Silo__Device"], environment[WebGpuLibrary.Variable]));
        Assert.DoesNotContain(WebGpuLibrary.Variable, stack.Find("core-1")!.Context.CreateEnvironment());
        Assert.DoesNotContain(WebGpuLibrary.Variable, NsnStack.Declare("--Silo:Device=cpu").Build().Find("gpu")!.Context.CreateEnvironment());
    }

    [Fact]
    public async Task A_library_that_cannot_be_fetched_stops_only_who_asked_for_it()
    {
        string root = Directory.CreateTempSubdirectory("nsn-webgpu-").FullName;
        try
        {
            // A lock file that names nothing: npm refuses at once, without a network.
            string folder = Directory.CreateDirectory(Path.Combine(root, "AppHost", "webgpu")).FullName;
            await File.WriteAllTextAsync(Path.Combine(folder, "package-lock.json"), "{}", TestContext.Current.CancellationToken);
            var said = new List<string>();
            WebGpuLibrary open = StackBuilder.Create($"--Root={root}").Build().Stack.WebGpu;
            await open.EnsureAsync(said.Add, TestContext.Current.CancellationToken);
            Assert.Contains(said, line => line.Contains("models run on the processor", StringComparison.Ordinal));
            WebGpuLibrary named = StackBuilder.Create($"--Root={root}", "--Silo:Device=webgpu").Build().Stack.WebGpu;
            await Assert.ThrowsAsync<AppHostException>(() => named.EnsureAsync(said.Add, TestContext.Current.CancellationToken));
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }
}
