namespace Orleans.Runtime;

/// <summary>Whose code runs on this thread.</summary>
public static class RuntimeContext
{
    [ThreadStatic]
    private static IGrainContext s_activating;

    /// <summary>The activation whose turn this is, or null outside of turns.</summary>
    public static IGrainContext Current => SynchronizationContext.Current as IGrainContext ?? s_activating;

    internal static void SetActivating(IGrainContext context) => s_activating = context;
}
