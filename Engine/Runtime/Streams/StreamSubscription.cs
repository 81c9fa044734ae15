namespace Nsn.Engine.Runtime.Streams;

/// <summary>Who gets a stream's items.</summary>
[GenerateSerializer]
[Immutable]
public sealed record StreamSubscription(Guid Id, GrainId Consumer, bool IsImplicit);
