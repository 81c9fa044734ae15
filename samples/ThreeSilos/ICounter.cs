namespace Nsn.Samples.ThreeSilos;

/// <summary>A grain that counts in the database.</summary>
public interface ICounter : IGrainWithStringKey
{
    /// <summary>Counts, and says at which port the silo listens where it did.</summary>
    Task<(int Count, int Port)> Increment();
}
