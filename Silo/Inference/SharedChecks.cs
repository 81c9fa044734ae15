using Nsn.Grains.Inference;
using Nsn.Grains.Slots;
using Nsn.Protocol.Cryptography;

namespace Nsn.Silo.Inference;

/// <summary>
/// Directors that ask one device for the same published clip share one check: the clip is fetched, decoded and embedded once, and the
/// frames that each draws from its own secret are regenerated together. What is found for one is told to all. Directors with devices of
/// their own share nothing.
/// </summary>
internal sealed class SharedChecks(TimeProvider time)
{
    /// <summary>Time in which directors that were asked together arrive.</summary>
    public static readonly TimeSpan Gathering = TimeSpan.FromMilliseconds(150);

    private readonly Lock _lock = new();
    private readonly Dictionary<Hash256, Check> _gathering = [];

    /// <summary>Joins the check of a clip that is being gathered, or begins one.</summary>
    public Task<ClipFindings> Join(VerificationJob job, Func<SlotAssignment, ClipManifest, IReadOnlyCollection<int>, Task<ClipFindings>> run)
    {
        var root = new Hash256(job.Manifest.ContentRoot);
        lock (_lock)
        {
            if (_gathering.TryGetValue(root, out var check) && check.IsFor(job))
            {
                check.Frames.UnionWith(FrameDraw.Of(job));
                return check.Findings;
            }

            check = new Check(job) { Frames = [.. FrameDraw.Of(job)] };
            _gathering[root] = check;
            check.Findings = RunAsync(root, check, run);
            return check.Findings;
        }
    }

    private async Task<ClipFindings> RunAsync(
        Hash256 root, Check check, Func<SlotAssignment, ClipManifest, IReadOnlyCollection<int>, Task<ClipFindings>> run)
    {
        await Task.Delay(Gathering, time).ConfigureAwait(false);
        lock (_lock)
        {
            if (_gathering.TryGetValue(root, out var current) && current == check)
                _gathering.Remove(root);
        }

        return await run(check.Job.Assignment, check.Job.Manifest, check.Frames).ConfigureAwait(false);
    }

    private sealed class Check(VerificationJob job)
    {
        public VerificationJob Job => job;

        public SortedSet<int> Frames { get; init; } = [];

        public Task<ClipFindings> Findings { get; set; } = null!;

        /// <summary>Whether another job means exactly this clip: the root alone does not say for which slot, recipe and seed.</summary>
        public bool IsFor(VerificationJob other) =>
            job.Assignment.Slot == other.Assignment.Slot
            && job.Assignment.RecipeHash.AsSpan().SequenceEqual(other.Assignment.RecipeHash)
            && job.Assignment.Seed.AsSpan().SequenceEqual(other.Assignment.Seed)
            && job.Manifest.Headers.Length == other.Manifest.Headers.Length
            && job.Manifest.Headers.Zip(other.Manifest.Headers).All(pair => pair.First.AsSpan().SequenceEqual(pair.Second));
    }
}
