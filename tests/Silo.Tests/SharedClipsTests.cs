using Microsoft.Extensions.Time.Testing;
using Nsn.Grains.Slots;
using Nsn.Silo.Inference;

namespace Nsn.Silo.Tests;

public class SharedClipsTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);
    private readonly FakeTimeProvider _time = new();
    private readonly List<(TaskCompletionSource<ClipManifest> Clip, CancellationToken Ended)> _works = [];
    private readonly SharedClips _clips;

    public SharedClipsTests() => _clips = new SharedClips(_time);

    private static SlotAssignment Assignment(byte seed = 1) => new(
        new byte[32], 0, 5, [], new byte[32], "r-test", [.. Enumerable.Repeat(seed, 32)], new byte[32], [], [], DateTimeOffset.UnixEpoch);

    private static ClipManifest Manifest { get; } = new(5, new byte[32], new byte[32], [], [], 0);

    private Task<ClipManifest> Ask(byte seed = 1) => _clips.JoinAsync(Assignment(seed), Make, TestContext.Current.CancellationToken);

    private Task<ClipManifest> Ask(CancellationTokenSource replaced) => _clips.JoinAsync(Assignment(), Make, replaced.Token);

    private Task<ClipManifest> Make(CancellationToken ended)
    {
        var clip = new TaskCompletionSource<ClipManifest>(TaskCreationOptions.RunContinuationsAsynchronously);
        ended.Register(() => clip.TrySetCanceled(ended));
        _works.Add((clip, ended));
        return clip.Task;
    }

    [Fact]
    public async Task The_next_proposer_goes_on_with_the_work_of_the_one_it_replaces()
    {
        using var replaced = new CancellationTokenSource();
        var first = Ask(replaced);
        await replaced.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        var second = Ask();
        _time.Advance(SharedClips.Grace * 2);
        var (clip, ended) = Assert.Single(_works);
        Assert.False(ended.IsCancellationRequested);
        clip.SetResult(Manifest);
        Assert.Same(Manifest, await second.WaitAsync(s_patience, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Work_that_nobody_waits_for_ends_after_the_grace()
    {
        using var replaced = new CancellationTokenSource();
        var first = Ask(replaced);
        await replaced.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        var (clip, _) = Assert.Single(_works);
        Assert.False(clip.Task.IsCompleted);
        _time.Advance(SharedClips.Grace);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => clip.Task.WaitAsync(s_patience, TestContext.Current.CancellationToken));
        _ = Ask();
        Assert.Equal(2, _works.Count);
    }

    [Fact]
    public async Task A_clip_that_was_just_made_is_given_to_the_next_proposer_and_another_seed_is_another_clip()
    {
        var first = Ask();
        _works[0].Clip.SetResult(Manifest);
        Assert.Same(Manifest, await first.WaitAsync(s_patience, TestContext.Current.CancellationToken));
        Assert.Same(Manifest, await Ask().WaitAsync(s_patience, TestContext.Current.CancellationToken));
        Assert.Single(_works);
        _ = Ask(seed: 2);
        Assert.Equal(2, _works.Count);
    }

    [Fact]
    public async Task What_failed_is_begun_anew()
    {
        var first = Ask();
        _works[0].Clip.SetException(new InvalidOperationException("out of memory"));
        await Assert.ThrowsAsync<InvalidOperationException>(() => first);
        _ = Ask();
        Assert.Equal(2, _works.Count);
    }
}
