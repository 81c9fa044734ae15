namespace Nsn.Gateway.Channels;

/// <summary>The channels of this gateway.</summary>
internal sealed class ChannelTails(ChannelTail main)
{
    /// <summary>The first channel.</summary>
    public ChannelTail Main => main;

    /// <summary>All of them.</summary>
    public IReadOnlyList<ChannelTail> All { get; } = [main];

    /// <summary>A channel by name.</summary>
    public ChannelTail? Find(string name) => All.FirstOrDefault(tail => tail.Name == name);
}
