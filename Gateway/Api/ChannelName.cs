namespace Nsn.Gateway.Api;

/// <summary>A channel's name in URLs, and what people read.</summary>
internal sealed record ChannelName(string Name, string Title);
