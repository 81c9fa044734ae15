using System.Text;
using Nsn.WebRtc.Sctp;

namespace Nsn.WebRtc.DataChannels;

/// <summary>
/// The data channels of one session (RFC 8831, RFC 8832) over an <see cref="SctpAssociation"/> of its own, without I/O like that: feed it with
/// <see cref="Handle"/> and <see cref="HandleTimeout"/>, drain <see cref="TryPollEvent(TimeSpan, out DataChannelEvent)"/> and <see cref="TryPollPacket"/>, return at
/// <see cref="NextDeadline"/>. One caller at a time.
/// </summary>
public sealed class DataChannelEndpoint : IDisposable
{
    private static readonly ReadOnlyMemory<byte> EmptyPayload = new byte[1];
    private static readonly byte[] Acknowledgement = [OpenMessage.AckType];

    private readonly DataChannelOptions _options;
    private readonly int _firstLocalId;
    private readonly Dictionary<ushort, DataChannel> _channels = [];
    private readonly Queue<DataChannelEvent> _ready = new();

    /// <summary>Data channels that wait for the peer's association until <see cref="Connect"/> is called.</summary>
    /// <param name="options">Settings.</param>
    /// <param name="isDtlsClient">Our DTLS role, which decides whose channels have even numbers (RFC 8832 section 6).</param>
    /// <param name="fillRandom">Source of randomness, <c>RandomNumberGenerator.Fill</c> outside of tests.</param>
    public DataChannelEndpoint(DataChannelOptions options, bool isDtlsClient, Action<Span<byte>> fillRandom)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
        _firstLocalId = isDtlsClient ? 0 : 1;
        Association = new SctpAssociation(options.Sctp, fillRandom);
    }

    /// <summary>The association below: its state and statistics.</summary>
    public SctpAssociation Association { get; }

    /// <summary>Channels that are not closed.</summary>
    public IReadOnlyCollection<DataChannel> Channels => _channels.Values;

    /// <summary>When <see cref="HandleTimeout"/> is due; <see cref="TimeSpan.MaxValue"/> for not at all.</summary>
    public TimeSpan NextDeadline => Association.NextDeadline;

    /// <summary>Starts the association from our side; browsers do so from theirs, too.</summary>
    public void Connect(TimeSpan now) => Association.Connect(now);

    /// <summary>Takes one packet (the payload of one DTLS record).</summary>
    public SctpHandleResult Handle(ReadOnlySpan<byte> packet, TimeSpan now) => Association.Handle(packet, now);

    /// <summary>Time has come to <paramref name="now"/>.</summary>
    public void HandleTimeout(TimeSpan now) => Association.HandleTimeout(now);

    /// <summary>Writes the next packet, if there is one. Drain events first: some are answered.</summary>
    public bool TryPollPacket(TimeSpan now, Span<byte> destination, out int length) => Association.TryPollPacket(now, destination, out length);

    /// <summary>Opens a channel; messages may be queued at once, <see cref="DataChannelEventKind.Opened"/> follows when the peer has confirmed.</summary>
    /// <exception cref="InvalidOperationException">There are too many channels, the number is taken, or the association is over.</exception>
    public DataChannel Open(string label, DataChannelSettings settings, TimeSpan now)
    {
        ArgumentNullException.ThrowIfNull(label);
        ArgumentNullException.ThrowIfNull(settings);
        if (settings is { MaxRetransmits: not null, MaxPacketLifetime: not null })
            throw new ArgumentException("Set MaxRetransmits or MaxPacketLifetime, not both.", nameof(settings));
        if (Encoding.UTF8.GetByteCount(label) > ushort.MaxValue || Encoding.UTF8.GetByteCount(settings.Protocol) > ushort.MaxValue)
            throw new ArgumentException("Label and protocol have at most 65,535 bytes of UTF-8 each.", nameof(label));
        if (Association.CloseReason != SctpCloseReason.None || _channels.Count >= _options.MaxChannels)
            throw new InvalidOperationException($"No channel can be opened: {_channels.Count} of {_options.MaxChannels} are in use, association {Association.State}.");
        ushort id = settings.NegotiatedId is { } negotiated ? checked((ushort)negotiated) : FindFreeId();
        var channel = new DataChannel(this, id, label, settings, isRemote: false);
        if (!_channels.TryAdd(id, channel))
            throw new InvalidOperationException($"Channel number {id} is taken.");
        if (settings.NegotiatedId is null)
        {
            SctpSendResult result = Association.SendControl(id, PayloadProtocol.Control, OpenMessage.Create(label, settings), now);
            if (result != SctpSendResult.Queued)
            {
                _channels.Remove(id);
                throw new InvalidOperationException($"The channel cannot be announced: {result}.");
            }
        }
        else
        {
            channel.Confirmed = true;
            if (Association.State == SctpState.Established)
                MarkOpen(channel);
        }

        return channel;
    }

    /// <summary>The next event, oldest first. A message's bytes are good until the next call.</summary>
    public bool TryPollEvent(TimeSpan now, out DataChannelEvent next)
    {
        while (!_ready.TryDequeue(out next))
        {
            if (!Association.TryPollEvent(out SctpEvent below))
                return false;
            if (Translate(below, now, out next))
                return true;
        }

        return true;
    }

    /// <summary>True if <see cref="TryPollEvent"/> has something left, be it nothing of interest to anybody.</summary>
    internal bool HasEvents => _ready.Count > 0 || Association.HasEvents;

    /// <summary>Throws away what was not polled.</summary>
    internal void DropEvents()
    {
        _ready.Clear();
        while (Association.TryPollEvent(out _))
        {
            // Its buffer goes back with the next call.
        }
    }

    /// <summary>Closes every channel (RFC 8831 section 6.7) and ends the association, once everything queued is delivered.</summary>
    public void Shutdown(TimeSpan now)
    {
        foreach (DataChannel channel in _channels.Values)
            Close(channel);
        Association.Shutdown(now);
    }

    /// <summary>Gives pooled memory back.</summary>
    public void Dispose() => Association.Dispose();

    internal SctpSendResult Send(DataChannel channel, ReadOnlyMemory<byte> payload, bool text, TimeSpan now)
    {
        if (channel.State is DataChannelState.Closing or DataChannelState.Closed)
            return SctpSendResult.StreamUnavailable;
        if (payload.IsEmpty)
            return Association.Send(channel.Id, text ? PayloadProtocol.EmptyText : PayloadProtocol.EmptyBinary, EmptyPayload, DeliveryOf(channel), now);
        return Association.Send(channel.Id, text ? PayloadProtocol.Text : PayloadProtocol.Binary, payload, DeliveryOf(channel), now);
    }

    internal SctpSendResult SendCopy(DataChannel channel, ReadOnlySpan<byte> payload, bool text, TimeSpan now)
    {
        if (payload.IsEmpty || channel.State is DataChannelState.Closing or DataChannelState.Closed)
            return Send(channel, default, text, now);
        return Association.SendCopy(channel.Id, text ? PayloadProtocol.Text : PayloadProtocol.Binary, payload, DeliveryOf(channel), now);
    }

    internal void Close(DataChannel channel)
    {
        if (channel.State is DataChannelState.Closing or DataChannelState.Closed)
            return;
        channel.State = DataChannelState.Closing;
        Association.ResetStream(channel.Id);
    }

    private static SctpSendOptions DeliveryOf(DataChannel channel) =>
        new(!channel.Settings.Ordered && channel.Confirmed, channel.Settings.MaxRetransmits, channel.Settings.MaxPacketLifetime);

    private ushort FindFreeId()
    {
        for (int id = _firstLocalId; id < _options.Sctp.MaxStreams; id += 2)
        {
            // A channel of the peer's that was refused leaves its number unusable until the peer has confirmed the reset.
            if (!_channels.ContainsKey((ushort)id) && Association.IsStreamAvailable((ushort)id))
                return (ushort)id;
        }

        throw new InvalidOperationException("Every stream number of our side is in use.");
    }

    // False where the event is of no interest above.
    private bool Translate(in SctpEvent below, TimeSpan now, out DataChannelEvent next)
    {
        next = default;
        _channels.TryGetValue(below.StreamId, out DataChannel? channel);
        switch (below.Kind)
        {
            case SctpEventKind.Established:
                next = new DataChannelEvent { Kind = DataChannelEventKind.Connected };
                foreach (DataChannel negotiated in _channels.Values)
                {
                    if (negotiated is { Confirmed: true, State: DataChannelState.Connecting })
                        MarkOpen(negotiated);
                }

                return true;
            case SctpEventKind.Message when below.PayloadProtocolId == PayloadProtocol.Control:
                OnControl(below.StreamId, channel, below.Payload.Span, now);
                return false;
            case SctpEventKind.Message:
                return TranslateMessage(below, channel, out next);
            case SctpEventKind.BufferedAmountLow:
                next = new DataChannelEvent { Kind = DataChannelEventKind.BufferedAmountLow, Channel = channel };
                return channel is not null;
            case SctpEventKind.IncomingStreamReset when channel is not null:
                channel.IncomingClosed = true;
                Close(channel);
                FinishClosing(channel);
                return false;
            case SctpEventKind.OutgoingStreamReset when channel is not null:
                channel.OutgoingClosed = true;
                FinishClosing(channel);
                return false;
            case SctpEventKind.Closed:
                foreach (DataChannel open in _channels.Values)
                    MarkClosed(open);
                _channels.Clear();
                _ready.Enqueue(new DataChannelEvent { Kind = DataChannelEventKind.Disconnected, CloseReason = below.CloseReason });
                return false;
            default:
                return false;
        }
    }

    private static bool TranslateMessage(in SctpEvent below, DataChannel? channel, out DataChannelEvent next)
    {
        bool text = below.PayloadProtocolId is PayloadProtocol.Text or PayloadProtocol.EmptyText;
        bool empty = below.PayloadProtocolId is PayloadProtocol.EmptyText or PayloadProtocol.EmptyBinary;
        next = new DataChannelEvent { Kind = DataChannelEventKind.Message, Channel = channel, IsText = text, Payload = empty ? default : below.Payload };
        return channel is not null && (text || empty || below.PayloadProtocolId == PayloadProtocol.Binary);
    }

    private void OnControl(ushort id, DataChannel? channel, ReadOnlySpan<byte> message, TimeSpan now)
    {
        if (message[0] == OpenMessage.AckType)
        {
            if (channel is null or { Confirmed: true })
                return;
            channel.Confirmed = true;
            if (channel.State == DataChannelState.Connecting)
                MarkOpen(channel);
            return;
        }

        if (message[0] != OpenMessage.OpenType)
            return;

        if (channel is { IncomingClosed: true, OutgoingClosed: false } && Association.TryConfirmReset(id))
        {
            channel.OutgoingClosed = true;
            FinishClosing(channel);
            channel = null;
        }

        // A number of our own half is taken while it is free: werift and aiortc choose by the ICE role where RFC 8832 section 6 asks for the DTLS role.
        if (channel is not null || _channels.Count >= _options.MaxChannels
            || !OpenMessage.TryParse(message, _options.MaxLabelLength, out string label, out DataChannelSettings settings))
        {
            // Refused the way RFC 8832 section 6 says: by closing the channel.
            if (channel is not null)
                Close(channel);
            else
                Association.ResetStream(id);
            return;
        }

        channel = new DataChannel(this, id, label, settings, isRemote: true) { Confirmed = true };
        _channels.Add(id, channel);
        Association.SendControl(id, PayloadProtocol.Control, Acknowledgement, now);
        MarkOpen(channel);
    }

    private void MarkOpen(DataChannel channel)
    {
        channel.State = DataChannelState.Open;
        _ready.Enqueue(new DataChannelEvent { Kind = DataChannelEventKind.Opened, Channel = channel });
    }

    private void FinishClosing(DataChannel channel)
    {
        if (!channel.IncomingClosed || !channel.OutgoingClosed)
            return;
        _channels.Remove(channel.Id);
        MarkClosed(channel);
    }

    private void MarkClosed(DataChannel channel)
    {
        channel.State = DataChannelState.Closed;
        _ready.Enqueue(new DataChannelEvent { Kind = DataChannelEventKind.Closed, Channel = channel });
    }
}
