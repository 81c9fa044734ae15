using System.Text.Json;

namespace Nsn.AppHost.Tests;

/// <summary>Directors have only so many seconds for a slot, so nothing else runs meanwhile.</summary>
[CollectionDefinition(nameof(AloneCollection), DisableParallelization = true)]
public sealed class AloneCollection;

/// <summary>The smoke command as a whole: everything comes up, a prompt goes through, everything goes down. Takes most of a minute.</summary>
[Collection(nameof(AloneCollection))]
public sealed class SmokeRunTests
{
    [Fact]
    public async Task A_smoke_whose_every_check_held_ends_with_0_and_its_times()
    {
        using var data = new DataFolder();
        (int exitCode, string output, string errors) = await ProgramTests.RunApartAsync(
            TimeSpan.FromMinutes(10),
            ["smoke", "--prompt", "a king in a library", "--json", "-", .. ProgramTests.FreePorts, $"--Data={data.Path}"]);
        Assert.True(exitCode == 0, output + errors);
        using JsonDocument json = JsonDocument.Parse(output);
        JsonElement report = json.RootElement;
        Assert.Equal(ProgramTests.SmokeKeys, report.EnumerateObject().Select(property => property.Name));
        Assert.True(report.GetProperty("ok").GetBoolean() && report.GetProperty("passed").GetBoolean() && report.GetProperty("recipeMatches").GetBoolean());
        Assert.Equal(JsonValueKind.Null, report.GetProperty("error").ValueKind);
        Assert.Equal(0, report.GetProperty("problems").GetArrayLength());
        Assert.Equal("a king in a library", report.GetProperty("prompt").GetString());
        Assert.All(
            ["secondsToReady", "joinToFirstVerifiedChunkSeconds", "promptToCertifiedSeconds", "promptToReceivedSeconds", "slot", "votes", "chunksVerified"],
            name => Assert.True(report.GetProperty(name).GetDouble() > 0, name));
        Assert.Equal(0, report.GetProperty("chunksBroken").GetInt32());
        Assert.NotEqual(0, report.GetProperty("scores").GetArrayLength());
        Assert.Empty(ProcessList.With(data.Path));
    }
}
