using Microsoft.Extensions.Time.Testing;
using Nsn.Grains.Inference;
using Nsn.Grains.Slots;
using Nsn.Protocol.Recipes;
using Nsn.Silo.Inference;

namespace Nsn.Silo.Tests;

public class SharedChecksTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly List<int[]> _runs = [];
    private readonly SharedChecks _checks;

    public SharedChecksTests() => _checks = new SharedChecks(_time);

    private Task<ClipFindings> RunAsync(SlotAssignment assignment, ClipManifest manifest, IReadOnlyCollection<int> frames)
    {
        _runs.Add([.. frames]);
        return Task.FromResult(new ClipFindings(0, [], [], 1, 1, 0, 0));
    }

    private static VerificationJob Job(byte secret, ulong slot = 5, byte root = 7)
    {
        var recipe = new Recipe
        {
            RecipeId = "r-test",
            SlotParameters = new SlotParameters { DurationSeconds = 8, Width = 256, Height = 256, FramesPerSecond = 12 },
            AudioTrack = new AudioTrack { Script = "Hello." },
            VisualTrack = new VisualTrack { Prompt = "a cat" },
        };
        var assignment = new SlotAssignment(
            new byte[32], 0, slot, RecipeCodec.Encode(recipe), recipe.Hash().ToArray(), "r-test", new byte[32], new byte[32], [], [], DateTimeOffset.UnixEpoch);
        byte[] contentRoot = [.. Enumerable.Repeat(root, 32)];
        return new VerificationJob(assignment, new ClipManifest(slot, contentRoot, new byte[32], [[root]], [1000], 0), [.. Enumerable.Repeat(secret, 32)], 3);
    }

    [Fact]
    public async Task Directors_that_come_together_share_one_run_with_all_their_frames()
    {
        Task<ClipFindings>[] findings = [.. Enumerable.Range(1, 5).Select(secret => _checks.Join(Job((byte)secret), RunAsync))];
        Assert.Empty(_runs);
        _time.Advance(SharedChecks.Gathering);
        await Task.WhenAll(findings);
        var frames = Assert.Single(_runs);
        Assert.InRange(frames.Length, 4, 15);
        Assert.Equal(frames.Order().Distinct(), frames);
    }

    [Fact]
    public async Task Another_clip_or_slot_and_one_that_comes_late_are_checked_by_themselves()
    {
        var first = _checks.Join(Job(1), RunAsync);
        var otherRoot = _checks.Join(Job(1, root: 8), RunAsync);
        _time.Advance(SharedChecks.Gathering);
        await Task.WhenAll(first, otherRoot);
        Assert.Equal(2, _runs.Count);
        var late = _checks.Join(Job(2), RunAsync);
        _time.Advance(SharedChecks.Gathering);
        await late;
        Assert.Equal(3, _runs.Count);
        Assert.All(_runs, frames => Assert.Equal(3, frames.Length));
    }

    [Fact]
    public async Task The_same_root_for_another_slot_is_another_clip()
    {
        var first = _checks.Join(Job(1, slot: 5), RunAsync);
        var second = _checks.Join(Job(1, slot: 6), RunAsync);
        _time.Advance(SharedChecks.Gathering);
        await Task.WhenAll(first, second);
        Assert.Equal(2, _runs.Count);
    }

    [Fact]
    public async Task A_failed_run_fails_for_all_and_the_next_one_starts_anew()
    {
        Task<ClipFindings> Fail(SlotAssignment assignment, ClipManifest manifest, IReadOnlyCollection<int> frames) =>
            Task.FromException<ClipFindings>(new InvalidOperationException("out of memory"));
        var first = _checks.Join(Job(1), Fail);
        var second = _checks.Join(Job(2), Fail);
        _time.Advance(SharedChecks.Gathering);
        await Assert.ThrowsAsync<InvalidOperationException>(() => first);
        await Assert.ThrowsAsync<InvalidOperationException>(() => second);
        var again = _checks.Join(Job(1), RunAsync);
        _time.Advance(SharedChecks.Gathering);
        Assert.Equal(0, (await again).Verdict);
    }
}
