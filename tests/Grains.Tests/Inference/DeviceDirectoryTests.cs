using Microsoft.Extensions.Time.Testing;
using Nsn.Grains.Inference;

namespace Nsn.Grains.Tests.Inference;

public class DeviceDirectoryTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly DeviceDirectoryGrain _directory;

    public DeviceDirectoryTests() => _directory = new DeviceDirectoryGrain(_time);

    private Task ReportAsync(string key, double waitSeconds, string? failure = null) =>
        _directory.ReportAsync(new DeviceStatus(key, "cpu", "local", ["aa"], 1, 0, 0, TimeSpan.FromSeconds(waitSeconds), _time.GetUtcNow(), failure));

    private async Task<string?> ChooseAsync(params string[] exclude) => (await _directory.ChooseAsync("aa", exclude))?.Key;

    [Theory]
    [InlineData(0)]
    [InlineData(1.5)]
    public async Task Five_directors_that_ask_at_once_do_not_all_get_the_same_device(double otherWait)
    {
        await ReportAsync("a/0", 0);
        await ReportAsync("b/0", otherWait);
        var chosen = new List<string?>();
        for (var director = 0; director < 5; director++)
            chosen.Add(await ChooseAsync());
        Assert.InRange(chosen.Count(key => key == "a/0"), 3, 4);
        Assert.InRange(chosen.Count(key => key == "b/0"), 1, 2);

        // What a device says itself counts again.
        await ReportAsync("a/0", 0);
        Assert.Equal("a/0", await ChooseAsync());
    }

    [Fact]
    public async Task A_device_that_reports_no_more_is_chosen_no_more()
    {
        await ReportAsync("a/0", 0);
        _time.Advance(TimeSpan.FromSeconds(6.9));
        await ReportAsync("b/0", 0);
        Assert.Equal("b/0", await ChooseAsync("a/0"));
        _time.Advance(TimeSpan.FromSeconds(0.2));
        Assert.Null(await ChooseAsync("b/0"));
        Assert.Equal("b/0", Assert.Single(await _directory.ListAsync()).Key);
        await _directory.WithdrawAsync("b/0");
        Assert.Empty(await _directory.ListAsync());
    }

    [Fact]
    public async Task A_device_that_says_that_it_has_failed_is_listed_and_not_chosen()
    {
        await ReportAsync("a/0", 0, "the GPU is gone");
        Assert.Null(await ChooseAsync());
        Assert.Equal("the GPU is gone", Assert.Single(await _directory.ListAsync()).Failure);
    }
}
