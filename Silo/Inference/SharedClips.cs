using Nsn.Grains.Slots;
using Nsn.Protocol.Cryptography;

namespace Nsn.Silo.Inference;

/// <summary>
/// A clip follows to the byte from its recipe and seed, whoever proposes it. So when a proposer on this device was replaced because the
/// machine is slow, the next one on the same device goes on with the work that is under way instead of beginning it anew. Work that nobody
/// waits for any more ends after a moment. Proposers with devices of their own share nothing.
/// </summary>
internal sealed class SharedClips(TimeProvider time)
{
    /// <summary>How long work goes on, and how long what it made is kept, without anybody who asks for it.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(2);

    private readonly Lock _lock = new();
    private readonly Dictionary<(ulong Slot, Hash256 Recipe, Hash256 Seed), Work> _works = [];

    /// <summary>Joins the making of a clip, or begins it.</summary>
    /// <param name="assignment">What the clip is.</param>
    /// <param name="make">Makes it; the token is signalled when nobody waits any more.</param>
    /// <param name="cancellationToken">Ends the caller's waiting, not the work for others.</param>
    public async Task<ClipManifest> JoinAsync(
        SlotAssignment assignment, Func<CancellationToken, Task<ClipManifest>> make, CancellationToken cancellationToken)
    {
        var key = (assignment.Slot, new Hash256(assignment.RecipeHash), new Hash256(assignment.Seed));
        Work? work;
        lock (_lock)
        {
            if (!_works.TryGetValue(key, out work))
                _works[key] = work = new Work(make);
            work.Waiting++;
        }

        try
        {
            return await work.Clip.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _ = LeaveAsync(key, work);
        }
    }

    private async Task LeaveAsync((ulong Slot, Hash256 Recipe, Hash256 Seed) key, Work work)
    {
        // What failed is not kept: who asks next begins anew.
        if (!work.Clip.IsFaulted && !work.Clip.IsCanceled)
            await Task.Delay(Grace, time).ConfigureAwait(false);
        lock (_lock)
        {
            if (--work.Waiting > 0 && !work.Clip.IsFaulted && !work.Clip.IsCanceled)
                return;
            if (_works.GetValueOrDefault(key) == work)
                _works.Remove(key);
            if (work.Waiting > 0)
                return;
        }

        await work.EndAsync().ConfigureAwait(false);
    }

    private sealed class Work : IDisposable
    {
        private readonly CancellationTokenSource _ended = new();

        public Work(Func<CancellationToken, Task<ClipManifest>> make) => Clip = make(_ended.Token);

        public Task<ClipManifest> Clip { get; }

        public int Waiting { get; set; }

        public async Task EndAsync()
        {
            await _ended.CancelAsync().ConfigureAwait(false);
            await ((Task)Clip).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            Dispose();
        }

        public void Dispose() => _ended.Dispose();
    }
}
