namespace Nsn.Gateway.Channels;

/// <summary>An event of a channel.</summary>
/// <param name="Number">Rises by one with every event of this gateway.</param>
/// <param name="Name">"slot", "recipe" or "channel".</param>
/// <param name="Json">The object.</param>
internal sealed record ServerEvent(long Number, string Name, string Json);
