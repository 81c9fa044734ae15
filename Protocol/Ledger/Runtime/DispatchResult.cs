namespace Nsn.Protocol.Ledger.Runtime;

/// <summary>How a call ended. Converts from <see cref="DispatchError"/>, so that a check reads <c>return StakeErrors.StakeLocked;</c>.</summary>
public readonly struct DispatchResult
{
    private readonly DispatchError _error;
    private readonly State _state;

    private DispatchResult(State state, DispatchError error = default)
    {
        _state = state;
        _error = error;
    }

    private enum State : byte
    {
        Ok,
        OkWithoutFee,
        Failed,
    }

    /// <summary>It took effect.</summary>
    public static DispatchResult Ok => new(State.Ok);

    /// <summary>It took effect, and its fee is given back: the network asked for it.</summary>
    public static DispatchResult OkWithoutFee => new(State.OkWithoutFee);

    /// <summary>Whether it had no effect.</summary>
    public bool IsError => _state == State.Failed;

    /// <summary>Whether the fee is kept.</summary>
    public bool PaysFee => _state != State.OkWithoutFee;

    /// <summary>Why it had no effect.</summary>
    public DispatchError Error => IsError ? _error : throw new InvalidOperationException("The call did not fail.");

    /// <summary>A failure.</summary>
    public static implicit operator DispatchResult(DispatchError error) => new(State.Failed, error);

    /// <summary>A failure.</summary>
    public static DispatchResult FromDispatchError(DispatchError error) => error;

    /// <inheritdoc/>
    public override string ToString() => IsError ? _error.Name : "Ok";
}
