using System.Diagnostics;

namespace Nsn.Protocol.Tests;

public sealed class CrossCheckTests
{
    [Fact]
    public async Task The_libraries_of_Substrate_agree_with_the_golden_vectors()
    {
        string folder = Path.GetFullPath(Path.Combine(VectorTests.Folder(), "../../tests/Protocol.Tests"));
        Assert.True(Directory.Exists(Path.Combine(folder, "node_modules")), "the npm packages are missing: run tests/prepare");
        ProcessStartInfo start = new("node") { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = folder };
        start.ArgumentList.Add("crosscheck.mjs");
        start.ArgumentList.Add(VectorTests.Folder());
        using Process node = Process.Start(start)!;
        Task<string> output = node.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        Task<string> errors = node.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await node.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(node.ExitCode == 0, await errors);
        Assert.Matches("^[0-9]{3,} checks", await output);
    }
}
