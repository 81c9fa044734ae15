namespace Nsn.Engine.Runtime.Reminders;

/// <summary>A reminder as it is stored.</summary>
/// <param name="Grain">Who is reminded.</param>
/// <param name="Name">Of what.</param>
/// <param name="StartAt">The first tick, UTC.</param>
/// <param name="Period">The time between ticks.</param>
/// <param name="ETag">Changes with every write.</param>
public sealed record ReminderEntry(GrainId Grain, string Name, DateTime StartAt, TimeSpan Period, string ETag)
{
    /// <summary>Reminders are shared out among silos by bucket.</summary>
    public const int BucketCount = 1024;

    public int Bucket => BucketOf(Grain);

    public static int BucketOf(GrainId grain) => (int)(grain.GetUniformHashCode() % BucketCount);
}
