namespace Nsn.Vortex;

/// <summary>What a generation yields, in this order: every <see cref="ClipSegment"/> as soon as it is encoded, then one <see cref="ClipResult"/>.</summary>
public abstract record ClipOutput
{
    private protected ClipOutput()
    {
    }
}
