namespace Nsn.Engine.Runtime.Silos;

/// <summary>The figures that silos publish, for placement directors of the application.</summary>
public interface ISiloFigureCache
{
    /// <summary>The last figures of a silo; empty when it is not a member.</summary>
    IReadOnlyDictionary<string, double> GetFigures(SiloAddress silo);
}
