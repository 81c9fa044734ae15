namespace Nsn.Grains.Viewers;

/// <summary>A viewer's session.</summary>
/// <param name="Channel">What it watches.</param>
/// <param name="Gateway">Which gateway carries it, or carried it last.</param>
/// <param name="Transport">"webrtc", "whep" or "http".</param>
/// <param name="Connected">Whether a connection exists.</param>
/// <param name="Position">The next chunk it wants.</param>
/// <param name="BytesSent">Bytes sent to it over all connections.</param>
/// <param name="JoinedAt">When it first came.</param>
[GenerateSerializer, Immutable, Alias("nsn.viewer-session-info")]
public sealed record ViewerSessionInfo(
    [property: Id(0)] string Channel,
    [property: Id(1)] string Gateway,
    [property: Id(2)] string Transport,
    [property: Id(3)] bool Connected,
    [property: Id(4)] ViewerPosition? Position,
    [property: Id(5)] long BytesSent,
    [property: Id(6)] DateTimeOffset JoinedAt);
