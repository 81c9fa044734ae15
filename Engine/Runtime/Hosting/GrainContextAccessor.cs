namespace Nsn.Engine.Runtime.Hosting;

/// <summary>Gives the context of the grain whose code runs.</summary>
internal sealed class GrainContextAccessor : IGrainContextAccessor
{
    public IGrainContext GrainContext => RuntimeContext.Current;
}
