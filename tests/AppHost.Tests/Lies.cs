using Nsn.Protocol.Certificates;

namespace Nsn.AppHost.Tests;

/// <summary>What the fake gateway answers.</summary>
internal sealed record Answer(int Status, byte[] Body);

/// <summary>Where the fake gateway departs from the truth; nowhere, unless a test says so.</summary>
internal sealed record Lies
{
    /// <summary>Changes what is answered to a request (<c>GET /p2p/info</c>).</summary>
    public Func<string, Answer, Answer> Answer { get; init; } = (_, answer) => answer;

    /// <summary>Changes the body of a frame of a slot, by its type; null leaves the frame out.</summary>
    public Func<ulong, byte, byte[], byte[]?> Frame { get; init; } = (_, _, body) => body;

    /// <summary>Changes the prompt before a clip is made and certified for it.</summary>
    public Func<string, string> Prompt { get; init; } = prompt => prompt;

    /// <summary>Changes what the directors sign for the prompt's slot.</summary>
    public Func<SlotStatement, SlotStatement> Statement { get; init; } = statement => statement;

    /// <summary>Bytes that come before the frames of the prompt's slot.</summary>
    public Func<byte[]> Before { get; init; } = () => [];

    /// <summary>Whether the gateway hangs up instead of sending the prompt's slot.</summary>
    public bool HangsUp { get; init; }
}
