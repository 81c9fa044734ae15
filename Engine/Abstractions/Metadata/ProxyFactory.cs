namespace Nsn.Engine.Metadata;

/// <summary>Makes references of one grain interface.</summary>
public delegate GrainReference ProxyFactory(GrainReferenceShared shared, IdSpan key);
