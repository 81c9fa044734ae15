using Nsn.Grains.Epochs;

namespace Nsn.Grains.Directors;

/// <summary>
/// The life of a director: which epochs it has a seat in, the current and the next held apart, so that a seat in the next epoch can begin
/// while the current one goes on. Driven by levels, not edges: any order of observations with the same latest facts gives the same state.
/// </summary>
internal sealed class DirectorLifecycle
{
    /// <summary>The epoch it is active in, or was until slots in work are done.</summary>
    public uint? Current { get; private set; }

    /// <summary>The epoch it is on deck for.</summary>
    public uint? Next { get; private set; }

    private bool _closed;

    /// <summary>The state, given whether slots are in work.</summary>
    public DirectorState State(bool slotsInWork) => (Current, Next) switch
    {
        ({ }, _) when !_closed => DirectorState.Active,
        ({ }, _) when slotsInWork => DirectorState.Draining,
        (_, { }) => DirectorState.OnDeck,
        _ => DirectorState.Standby,
    };

    /// <summary>An epoch with a seat for it is in this phase.</summary>
    /// <returns>Whether it became known now that the models are needed soon.</returns>
    public bool Observe(uint epoch, EpochPhase phase)
    {
        // A later epoch proves that everything before it is over, whether or not anyone said so.
        if (Next is { } next && next < epoch)
            Next = null;
        switch (phase)
        {
            case EpochPhase.OnDeck when Next != epoch && !(Current >= epoch):
                Next = epoch;
                return true;

            case EpochPhase.Active when Current is null || Current < epoch || (Current == epoch && _closed is false):
                var unknown = Current != epoch && Next != epoch;
                Current = epoch;
                _closed = false;
                if (Next <= epoch)
                    Next = null;
                return unknown;

            case EpochPhase.Closed:
                if (Current <= epoch)
                    _closed = true;
                if (Next <= epoch)
                    Next = null;
                return false;

            default:
                return false;
        }
    }

    /// <summary>Whether a slot of that epoch may begin.</summary>
    public bool Serves(uint epoch) => Current == epoch || Next == epoch;
}
