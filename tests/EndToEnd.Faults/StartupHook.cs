#pragma warning disable CA1050, IDE0130 // The runtime looks for exactly this name, in no namespace (docs: DOTNET_STARTUP_HOOKS).

/// <summary>
/// Brings this assembly into a process before its own code runs, by the runtime's startup hooks; ASP.NET Core's hosting startup then finds
/// it by name. So directors misbehave in real silos, and no line of the product knows of it.
/// </summary>
internal static class StartupHook
{
    public static void Initialize()
    {
        // To be loaded is all that it takes.
    }
}
