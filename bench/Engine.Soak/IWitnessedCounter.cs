namespace Nsn.Engine.Soak;

/// <summary>A counter whose every step is a state write and an effect outside the cluster.</summary>
public interface IWitnessedCounter : IGrainWithStringKey
{
    /// <summary>Counts, and says which silo did.</summary>
    Task<(int Count, int Port)> Increment();

    /// <summary>Lets a reminder tick every second.</summary>
    Task Remind();

    /// <summary>Answers without the database.</summary>
    ValueTask<int> Port();
}
