namespace Nsn.Grains.Slots;

/// <summary>A slot gets no certificate; the message is the reason that is recorded.</summary>
internal sealed class SlotFailedException(SlotFailure failure, string reason) : Exception(reason)
{
    /// <summary>Which kind of reason it is.</summary>
    public SlotFailure Failure => failure;
}
