namespace Nsn.Gateway.Api;

/// <summary>The channels of a gateway.</summary>
internal sealed record ChannelList(IReadOnlyList<ChannelName> Items);
