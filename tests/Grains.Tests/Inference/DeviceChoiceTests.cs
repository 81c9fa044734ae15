using Nsn.Grains.Inference;

namespace Nsn.Grains.Tests.Inference;

public class DeviceChoiceTests
{
    private static DeviceStatus Device(string key, bool warm = true, double wait = 0, long memory = 1, int jobs = 0) =>
        new(key, "cpu", "local", warm ? ["aa"] : [], memory, 0, jobs, TimeSpan.FromSeconds(wait), DateTimeOffset.UnixEpoch);

    [Fact]
    public void Nothing_to_choose_from_is_null() => Assert.Null(DeviceChoice.Best([], "aa", []));

    [Fact]
    public void Warm_comes_before_idle_and_cold() =>
        Assert.Equal("b", DeviceChoice.Best([Device("a", warm: false), Device("b", wait: 9)], "aa", [])!.Key);

    [Fact]
    public void Among_warm_ones_the_shorter_wait_comes_first() =>
        Assert.Equal("b", DeviceChoice.Best([Device("a", wait: 3), Device("b", wait: 1)], "aa", [])!.Key);

    [Fact]
    public void Then_the_fewer_jobs_then_the_more_memory()
    {
        Assert.Equal("b", DeviceChoice.Best([Device("a", jobs: 2), Device("b", jobs: 1)], "aa", [])!.Key);
        Assert.Equal("b", DeviceChoice.Best([Device("a", memory: 1), Device("b", memory: 2)], "aa", [])!.Key);
    }

    [Fact]
    public void A_device_that_says_that_it_has_failed_is_left_out_until_it_says_that_it_works()
    {
        var failed = Device("a") with { Failure = "no canary came through" };
        Assert.Equal("b", DeviceChoice.Best([failed, Device("b", warm: false, wait: 9)], "aa", [])!.Key);
        Assert.Null(DeviceChoice.Best([failed], "aa", []));
        Assert.Equal("a", DeviceChoice.Best([failed with { Failure = null }, Device("b", wait: 9)], "aa", [])!.Key);
    }

    [Fact]
    public void A_device_that_just_failed_is_left_out()
    {
        Assert.Equal("b", DeviceChoice.Best([Device("a"), Device("b", wait: 9)], "aa", ["a"])!.Key);
        Assert.Null(DeviceChoice.Best([Device("a")], "aa", ["a"]));
    }
}
