using Microsoft.Extensions.Logging;

namespace Orleans.Utilities;

/// <summary>The observers of a grain by their addresses, each until it has not renewed its subscription for a while.</summary>
/// <typeparam name="TObserver">The observer interface.</typeparam>
/// <param name="expiration">How long a subscription lasts without being renewed.</param>
/// <param name="log">Told of observers that fail.</param>
public class ObserverManager<TObserver>(TimeSpan expiration, ILogger log) : ObserverManager<IAddressable, TObserver>(expiration, log);
