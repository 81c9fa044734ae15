using Orleans.Concurrency;

namespace Nsn.Engine.Calls;

/// <summary>What every grain offers so that its sequences can be enumerated from afar.</summary>
public interface IEnumerationExtension : IGrainExtension
{
    /// <summary>Begins an enumeration and answers with the first items. A failure of the sequence ends the call.</summary>
    [AlwaysInterleave]
    ValueTask<EnumerationBatch> Start(Guid id, Call request, int maxItems, CancellationToken cancellationToken);

    /// <summary>Answers with the next items; waits up to some seconds for one, and may answer with none.</summary>
    [AlwaysInterleave]
    ValueTask<EnumerationBatch> MoveNext(Guid id, int maxItems, CancellationToken cancellationToken);

    /// <summary>Ends an enumeration that its caller left.</summary>
    [AlwaysInterleave]
    ValueTask DisposeEnumeration(Guid id);
}
