using System.Text;
using Nsn.WebRtc.Sctp;

namespace Nsn.WebRtc.DataChannels;

/// <summary>One data channel of a <see cref="DataChannelEndpoint"/>; use it where you use that, one caller at a time.</summary>
public sealed class DataChannel
{
    private readonly DataChannelEndpoint _endpoint;

    internal DataChannel(DataChannelEndpoint endpoint, ushort id, string label, DataChannelSettings settings, bool isRemote)
    {
        _endpoint = endpoint;
        Id = id;
        Label = label;
        Settings = settings;
        IsRemote = isRemote;
    }

    /// <summary>Stream number, the same in both directions.</summary>
    public ushort Id { get; }

    /// <summary>Name; need not be unique.</summary>
    public string Label { get; }

    /// <summary>How it delivers.</summary>
    public DataChannelSettings Settings { get; }

    /// <summary>Whether the peer opened it.</summary>
    public bool IsRemote { get; }

    /// <summary>Where in its life it is.</summary>
    public DataChannelState State { get; internal set; }

    /// <summary>Whatever its user wants to find again with the channel.</summary>
    public object? Tag { get; set; }

    /// <summary>Bytes accepted and not sent yet.</summary>
    public int BufferedAmount => _endpoint.Association.GetBufferedAmount(Id);

    /// <summary>Until the peer confirms the channel, everything stays behind the announcement (RFC 8832 section 6).</summary>
    internal bool Confirmed { get; set; }

    internal bool IncomingClosed { get; set; }

    internal bool OutgoingClosed { get; set; }

    /// <summary>Queues a binary message without copying it; its bytes must not change until it is delivered.</summary>
    public SctpSendResult Send(ReadOnlyMemory<byte> payload, TimeSpan now) => _endpoint.Send(this, payload, text: false, now);

    /// <summary>Queues a copy of a binary message.</summary>
    public SctpSendResult SendCopy(ReadOnlySpan<byte> payload, TimeSpan now) => _endpoint.SendCopy(this, payload, text: false, now);

    /// <summary>Queues a text message.</summary>
    public SctpSendResult SendText(string text, TimeSpan now) => _endpoint.Send(this, Encoding.UTF8.GetBytes(text), text: true, now);

    /// <summary>Queues a text message that is UTF-8 already, without copying it.</summary>
    public SctpSendResult SendText(ReadOnlyMemory<byte> utf8, TimeSpan now) => _endpoint.Send(this, utf8, text: true, now);

    /// <summary>Sets at how many waiting bytes <see cref="DataChannelEventKind.BufferedAmountLow"/> is due; zero in the beginning.</summary>
    public void SetBufferedAmountLowThreshold(int bytes) => _endpoint.Association.SetBufferedAmountLowThreshold(Id, bytes);

    /// <summary>Closes it once what was queued is sent; <see cref="DataChannelEventKind.Closed"/> follows.</summary>
    public void Close() => _endpoint.Close(this);
}
