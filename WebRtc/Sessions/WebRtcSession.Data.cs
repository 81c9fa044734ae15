using System.Diagnostics.CodeAnalysis;
using Nsn.WebRtc.DataChannels;
using Nsn.WebRtc.Dtls;
using Nsn.WebRtc.Sctp;
using Nsn.WebRtc.Sdp;

namespace Nsn.WebRtc.Sessions;

/// <content>Data channels: SCTP packets travel as DTLS application data.</content>
public sealed partial class WebRtcSession
{
    /// <summary>While this many events wait for the owner, no more are made of data channels: back-pressure reaches the peer through SCTP's window.</summary>
    internal const int EventsMax = 64;

    /// <summary>The same for the bytes of the messages that wait; one message may go beyond it.</summary>
    internal const int EventBytesMax = 1_024 * 1_024;

    // Packets of one burst: about 1.2 MB, ten milliseconds of work.
    private const int DataBurstMax = 1_024;

    // Two of the longest messages fit: one that is being put together, and one that waits for its owner.
    private const int ReceiveWindowMin = 2 * 1_024 * 1_024;

    private DataChannelEndpoint? _data;
    private int _dataBurst;
    private long _eventBytes;

    /// <summary>The channels that are not closed; empty before the session is connected or without data channels.</summary>
    public IReadOnlyCollection<DataChannel> Channels => _data?.Channels ?? [];

    /// <summary>Opens a data channel; messages may be queued at once.</summary>
    /// <exception cref="InvalidOperationException">Data channels were not negotiated, the session is not connected, or there are too many channels.</exception>
    public DataChannel OpenDataChannel(string label, DataChannelSettings settings, TimeSpan now) =>
        (_data ?? throw new InvalidOperationException("The session has no data channels, or is not connected yet.")).Open(label, settings, now);

    /// <summary>Events that the owner polled and keeps for a handler that has not come to them yet; they count like those that were not polled.</summary>
    internal int EventsWithOwner { get; set; }

    /// <summary>The bytes of the messages among them.</summary>
    internal long EventBytesWithOwner { get; set; }

    /// <summary>True if data waits here because the owner has enough.</summary>
    internal bool HoldsDataBack { get; private set; }

    /// <summary>The association's counters; null without data channels.</summary>
    public SctpStatistics? DataStatistics => _data?.Association.Statistics;

    private void StartData(TimeSpan now)
    {
        NegotiatedMedia? media = _negotiated.Find(item => item is { IsApplication: true, IsRejected: false });
        if (media is null)
        {
            return;
        }

        DataChannelOptions options = new()
        {
            Sctp = new SctpOptions
            {
                RemotePort = media.SctpPort,
                MaxMessageSize = _options.MaxMessageSize,
                ReceiveWindow = Math.Max(ReceiveWindowMin, 2 * _options.MaxMessageSize),
                RemoteMaxMessageSize = Math.Min(media.RemoteMaxMessageSize, 16 * 1_024 * 1_024),
            },
        };
        _data = new DataChannelEndpoint(options, _dtlsRole == DtlsRole.Client, _options.Random.Fill);
        _data.Connect(now);
    }

    private void HandleDataMessage(ReadOnlySpan<byte> message, TimeSpan now) => _data?.Handle(message, now);

    private void PumpData(TimeSpan now)
    {
        if (_data is null)
        {
            return;
        }

        while (_events.Count + EventsWithOwner < EventsMax && _eventBytes + EventBytesWithOwner < EventBytesMax && _data.TryPollEvent(now, out DataChannelEvent next))
        {
            TakeDataEvent(next);
        }

        HoldsDataBack = HasUnreadData;
    }

    private bool TryDequeueEvent([NotNullWhen(true)] out SessionEvent? next)
    {
        if (!_events.TryDequeue(out next))
        {
            return false;
        }

        _eventBytes -= BytesOf(next);
        return true;
    }

    /// <summary>What an event holds of memory.</summary>
    internal static int BytesOf(SessionEvent next) => next is DataChannelMessage message ? message.Data.Length : 0;

    // Straight from the association through the cipher to where it is sent from, a thousand packets at a time: others wait for this thread, too.
    private int PollData(Span<byte> datagram, TimeSpan now)
    {
        if (_data is null || _dataBurst >= DataBurstMax || !_data.TryPollPacket(now, _scratch, out int length))
        {
            return 0;
        }

        _dataBurst++;
        return _dtls!.Encrypt(_scratch.AsSpan(0, length), datagram);
    }

    private void TakeDataEvent(in DataChannelEvent next)
    {
        switch (next.Kind)
        {
            case DataChannelEventKind.Opened:
                _events.Enqueue(new DataChannelOpened(next.Channel!));
                break;
            case DataChannelEventKind.Message:
                _events.Enqueue(new DataChannelMessage(next.Channel!, next.Payload.ToArray(), next.IsText));
                _eventBytes += next.Payload.Length;
                break;
            case DataChannelEventKind.BufferedAmountLow:
                _events.Enqueue(new DataChannelWritable(next.Channel!));
                break;
            case DataChannelEventKind.Closed:
                _events.Enqueue(new DataChannelClosed(next.Channel!));
                break;
            case DataChannelEventKind.Disconnected when _outgoing.Count == 0 && _incoming.Count == 0 && !IsClosing:
                End(
                    next.CloseReason is SctpCloseReason.Shutdown or SctpCloseReason.RemoteAbort ? CloseReason.Peer : CloseReason.SctpFailed,
                    "the data channel association ended: " + next.CloseReason);
                break;
        }
    }

    private void HandleDataTimeout(TimeSpan now)
    {
        if (_data is not null && now >= _data.NextDeadline)
        {
            _data.HandleTimeout(now);
        }
    }

    // A burst that was cut off goes on with the next turn of the owner's loop.
    private TimeSpan DataDeadline(bool isBurstCut, TimeSpan now) => isBurstCut ? now : _data?.NextDeadline ?? TimeSpan.MaxValue;

    private bool HasUnreadData => !_disposed && _data?.HasEvents == true;

    // What is queued on the channels is lost: close_notify follows at once.
    private void CloseData(TimeSpan now)
    {
        if (_data is null || State != SessionState.Connected)
        {
            return;
        }

        _data.Association.Abort();
        Span<byte> datagram = stackalloc byte[DatagramMax];
        while (_ice.Selected is { } selected && _data.TryPollPacket(now, _scratch, out int length) &&
            _dtls!.Encrypt(_scratch.AsSpan(0, length), datagram) is > 0 and int encrypted)
        {
            _control.Enqueue(datagram[..encrypted], selected);
        }
    }
}
