namespace Nsn.Engine.Runtime.Cluster;

/// <summary>Who owns which grain: at most one living incarnation, with an epoch that grows with every takeover.</summary>
public interface IGrainDirectory
{
    /// <summary>The owner on record, dead or alive; null when there is none.</summary>
    ValueTask<GrainAddress?> LookupAsync(GrainId grainId, CancellationToken cancellationToken);

    /// <summary>
    /// Makes the proposed silo the owner if nobody is, if it is already, or if the owner is dead in the judge's eyes. Gives the entry in force: the proposed one with
    /// its epoch, or that of the living owner.
    /// </summary>
    ValueTask<GrainAddress> RegisterAsync(GrainAddress proposed, CancellationToken cancellationToken);

    /// <summary>Gives the grain up, if the entry is still this one.</summary>
    ValueTask UnregisterAsync(GrainAddress address, CancellationToken cancellationToken);
}
