namespace Nsn.Grains.Slots;

/// <summary>A slot gets no certificate; the message is the reason that is recorded.</summary>
internal sealed class SlotFailedException(string reason) : Exception(reason);
