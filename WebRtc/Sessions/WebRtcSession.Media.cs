using System.Buffers.Binary;
using Nsn.WebRtc.Congestion;
using Nsn.WebRtc.Media;
using Nsn.WebRtc.Network;
using Nsn.WebRtc.Rtp;
using Nsn.WebRtc.Sdp;
using Nsn.WebRtc.Srtp;

namespace Nsn.WebRtc.Sessions;

/// <content>Sending media.</content>
public sealed partial class WebRtcSession
{
    // Frames of a second or two, in several encodings, and their sound.
    private const int FrameEventsMax = 512;

    private const int RepeatBitrateMin = 100_000;

    private static readonly TimeSpan MediaBurst = TimeSpan.FromMilliseconds(40);

    // A key frame that was lost whole is repeated at once; a peer that asks for more and more gets no more than its link carries.
    private static readonly TimeSpan RepeatBurst = TimeSpan.FromMilliseconds(500);

    private static readonly TimeSpan FullLinkAge = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan LiveWindow = TimeSpan.FromMilliseconds(500);

    // Groups of pictures for decoders that lost track: a second's worth of the estimate at once, and a quarter of it in the long run.
    private static readonly TimeSpan RecoveryBurst = TimeSpan.FromSeconds(4);

    // What is lost in so short a time is asked for and repeated in two bursts.
    private static readonly TimeSpan RepeatableSilence = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan ReportInterval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan KeyFrameWishDelay = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan KeyFrameWishInterval = TimeSpan.FromSeconds(1);

    private readonly List<OutgoingTrack> _outgoing = [];
    private Pacer _pacer;
    private Pacer _repeatPacer;
    private Pacer _recoveryPacer = new(RecoveryBurst);
    private (int Encoding, uint Timestamp)? _recoveredBy;
    private OutgoingTrack? _audio;
    private OutgoingTrack? _video;
    private ushort _transportSequence;
    private TimeSpan _nextReport = TimeSpan.MaxValue;
    private TimeSpan _polledAt;
    private TimeSpan _nextKeyFrameWish;
    private int _pathChanges;
    private bool _lostWithPath;
    private long _liveBytes;
    private TimeSpan _liveSince;
    private long _liveBitsPerSecond;

    /// <summary>The SRTP profile in use; null before it is connected and for data channels alone.</summary>
    public SrtpProfile? SrtpProfile { get; private set; }

    /// <summary>The codec of the video that we send; null if we send none.</summary>
    public MediaCodec? VideoCodec => _video?.Media.Codec;

    /// <summary>The number of the video track that we send; 0 if we send none.</summary>
    internal uint VideoSsrc => _video?.Media.Ssrc ?? 0;

    /// <summary>The encoding that the viewer gets now.</summary>
    public int CurrentEncoding { get; private set; }

    /// <summary>Payload bytes that wait for the pacer.</summary>
    public long QueuedMediaBytes => (_audio?.QueuedBytes ?? 0) + (_video?.QueuedBytes ?? 0);

    /// <summary>Queues a live frame. Frames of another codec or encoding, and delta frames before the first key frame, are left out.</summary>
    /// <returns>True if the frame was queued.</returns>
    public bool SendFrame(MediaFrame frame) => SendFrame(frame, frame.Timestamp, isLive: true);

    /// <summary>
    /// Queues a group of pictures, from its key frame to the newest frame, so that a viewer sees the present picture at once: the old frames get
    /// timestamps one millisecond apart, just before or after the newest one, and a player runs through them in no time.
    /// </summary>
    /// <returns>False if nothing was queued: there are no frames, or more than the queue of a viewer may hold. Only a new key frame helps then.</returns>
    public bool SendBacklog(IReadOnlyList<MediaFrame> frames)
    {
        if (frames.Count is 0 or >= OutgoingTrack.QueuedFramesMax || _video is null || State != SessionState.Connected || IsClosing)
        {
            return false;
        }

        // A join should not wait for the pace of a stream that has run for long: the next feedback sets the usual one.
        long bitsPerSecond = Math.Max(_pacer.BitsPerSecond, _bandwidth.BitsPerSecond * 5);
        long bytes = 0;
        foreach (MediaFrame frame in frames)
        {
            bytes += frame.Length;
        }

        // More than the queue may hold would throw its own key frame away.
        if (bytes > QueuedBytesMax(bitsPerSecond))
        {
            return false;
        }

        const int Tick = 90;
        uint newest = frames[^1].Timestamp;
        bool alreadySent = _video.LastTimestamp is { } last && (int)(newest - last) <= 0;

        // Half a frame interval at 30 frames/s is 1,500 ticks: what was sent already must not be overtaken by what comes next.
        int step = alreadySent ? Math.Max(1, 1_500 / (frames.Count + 1)) : Tick;
        uint timestamp = alreadySent ? _video.LastTimestamp!.Value + (uint)step : newest - (uint)(step * (frames.Count - 1));
        _video.DropQueue();
        _pacer.BitsPerSecond = bitsPerSecond;
        foreach (MediaFrame frame in frames)
        {
            SendFrame(frame, timestamp, isLive: false);
            timestamp += (uint)step;
        }

        return true;
    }

    /// <summary>
    /// Helps a peer whose decoder lost track: with the group of pictures, like <see cref="SendBacklog"/>, but no more of that than the link has room for beside the live
    /// frames. A peer that asks again and again gets the key frame alone, once, and then the live frames from the next key frame on.
    /// </summary>
    /// <returns>False if the picture will not move before the next key frame.</returns>
    internal bool SendRecovery(IReadOnlyList<MediaFrame> frames, TimeSpan now)
    {
        if (frames.Count == 0 || _video is null || State != SessionState.Connected || IsClosing)
        {
            return false;
        }

        // A key frame that waits is what was asked for. What is before it is of no use to anybody.
        if (_video.TrySkipToKeyFrame())
        {
            ForgetLost();
            return true;
        }

        (int, uint) keyFrame = (frames[0].Encoding, frames[0].Timestamp);
        _recoveryPacer.BitsPerSecond = _bandwidth.BitsPerSecond / 4;
        if (_recoveryPacer.CanSend(now) && FitsBesideLive(frames, now) && SendBacklog(frames))
        {
            foreach (MediaFrame frame in frames)
            {
                _recoveryPacer.Sent(frame.Length);
            }

            _recoveredBy = keyFrame;
            return true;
        }

        _video.DropQueue();
        if (_recoveredBy != keyFrame)
        {
            _recoveredBy = keyFrame;
            _recoveryPacer.Sent(frames[0].Length);
            SendBacklog([frames[0]]);
            _video.NeedsKeyFrame = true;
        }

        return false;
    }

    // On a link that was just found to be full a group of pictures would push the live frames out, and the peer would ask again and again. A new key frame alone is less.
    private bool FitsBesideLive(IReadOnlyList<MediaFrame> frames, TimeSpan now)
    {
        if (_lostWithPath || !_bandwidth.WasLoweredSince(now - FullLinkAge))
        {
            return true;
        }

        long bits = 0;
        foreach (MediaFrame frame in frames)
        {
            bits += 8L * frame.Length;
        }

        return bits <= _bandwidth.BitsPerSecond - _liveBitsPerSecond;
    }

    private bool SendFrame(MediaFrame frame, uint timestamp, bool isLive)
    {
        OutgoingTrack? track = frame.Codec.IsVideo() ? _video : _audio;
        if (State != SessionState.Connected || IsClosing || track is null || track.Media.Codec != frame.Codec)
        {
            return false;
        }

        if (frame.Codec.IsVideo())
        {
            int switches = EncodingSwitches;
            if (!SelectEncoding(frame))
            {
                return false;
            }

            // The moment that a key frame of another encoding shows may have been sent already in the old one: it comes just after it.
            if (isLive && switches != EncodingSwitches && track.LastTimestamp is { } last && (int)(timestamp - last) <= 0)
            {
                (timestamp, isLive) = (last + 90, false);
            }
        }

        if (track.QueuedBytes > QueuedBytesMax(_pacer.BitsPerSecond))
        {
            track.DropQueue();
        }

        if (track == _video && frame.IsKeyFrame)
        {
            ForgetLost();
        }

        track.Enqueue(frame, timestamp, isLive);
        if (isLive && track.NeedsKeyFrame && _polledAt >= _nextKeyFrameWish)
        {
            _nextKeyFrameWish = _polledAt + KeyFrameWishInterval;
            _events.Enqueue(new KeyFrameRequested(IsForLeftOutFrames: true));
        }

        return true;
    }

    // Of what went to an address that was silent a player asks for all again. With a key frame it needs none of it, and repeats go before frames.
    private void ForgetLost()
    {
        if (_lostWithPath)
        {
            _lostWithPath = false;
            _video!.ForgetSent();
        }
    }

    // More than two seconds in the queue is a link that cannot carry the stream: start over at a key frame.
    private static long QueuedBytesMax(long bitsPerSecond) => Math.Max(bitsPerSecond, 1_000_000) * 2 / 8;

    private bool SelectEncoding(MediaFrame frame)
    {
        if (frame.Encoding == TargetEncoding && frame.IsKeyFrame && CurrentEncoding != TargetEncoding)
        {
            CurrentEncoding = TargetEncoding;
            EncodingSwitches++;
        }

        return frame.Encoding == CurrentEncoding;
    }

    /// <summary>How often the encoding was changed.</summary>
    public int EncodingSwitches { get; private set; }

    private void CreateTracks()
    {
        _outgoing.Clear();
        foreach (NegotiatedMedia media in _negotiated.Where(item => item is { IsRejected: false, IsApplication: false, CanSend: true }))
        {
            OutgoingTrack track = new(media, _options.Random);
            _outgoing.Add(track);
            _audio = media.Kind == "audio" ? track : _audio;
            _video = media.Kind == "video" ? track : _video;
        }
    }

    private void StartMedia(TimeSpan now)
    {
        if (_srtpSender is not null && (_outgoing.Count > 0 || _negotiated.Exists(media => media.CanReceive)))
        {
            _nextReport = now + TimeSpan.FromMilliseconds(200);
        }

        // Whoever hears of the connection may bring a group of pictures first.
        _polledAt = now;
        _lossReportAt = now;
        _nextKeyFrameWish = now + KeyFrameWishDelay;
    }

    private int PollMedia(Span<byte> datagram, TimeSpan now)
    {
        _polledAt = now;
        if (_srtpSender is null)
        {
            return 0;
        }

        if (_audio?.HasWork != true && _video?.HasWork != true)
        {
            return PollPadding(datagram, _srtpSender, now);
        }

        // Audio is small and never waits; a repeat is late already and waits only for those before it.
        bool mayRepeat = (_audio?.HasRepeats == true || _video?.HasRepeats == true) && _repeatPacer.CanSend(now);
        OutgoingTrack? track = HasWork(_audio, mayRepeat) ? _audio : HasWork(_video, mayRepeat) ? _video : null;
        if (track is null)
        {
            return 0;
        }

        bool isRepeat = mayRepeat && track.HasRepeats;
        if (track == _video && !isRepeat && !_pacer.CanSend(now))
        {
            return 0;
        }

        _playoutDelay.Update(now);
        track.MinimumDelayUnits = _playoutDelay.MinimumUnits;

        ushort transportSequence = _transportSequence;
        int length = track.Poll(datagram, _srtpSender, ref _transportSequence, now, isRepeat, out bool usedTransportSequence);
        if (usedTransportSequence)
        {
            NoteSent(transportSequence, length, now);
        }

        _pacer.Sent(length);
        if (isRepeat)
        {
            _repeatPacer.Sent(length);
        }
        else
        {
            NoteLive(length, now);
        }

        return length;

        static bool HasWork(OutgoingTrack? track, bool mayRepeat) => track is not null && (track.HasFrames || (mayRepeat && track.HasRepeats));
    }

    private void NoteLive(int bytes, TimeSpan now)
    {
        _liveBytes += bytes;
        TimeSpan elapsed = now - _liveSince;
        if (elapsed >= LiveWindow)
        {
            _liveBitsPerSecond = (long)(_liveBytes * 8 / elapsed.TotalSeconds);
            (_liveBytes, _liveSince) = (0, now);
        }
    }

    private TimeSpan MediaDeadline(TimeSpan now)
    {
        TimeSpan deadline = Min(Min(_nextReport, IncomingDeadline()), _probe.NextTime(now));
        deadline = _video?.HasFrames == true || _audio?.HasFrames == true ? Min(deadline, _pacer.NextTime(now)) : deadline;
        return _video?.HasRepeats == true || _audio?.HasRepeats == true ? Min(deadline, _repeatPacer.NextTime(now)) : deadline;
    }

    private void HandleMediaTimeout(TimeSpan now)
    {
        if (now >= _nextReport)
        {
            _nextReport = now + ReportInterval;
            SendReports(now);
        }

        if (_probe.IsRunning && !_probe.WantsPadding(now))
        {
            FinishProbe(now);
        }

        HandleIncomingTimeout(now);
    }

    private void SendReports(TimeSpan now)
    {
        Span<byte> buffer = stackalloc byte[DatagramMax];
        RtcpWriter writer = new(buffer[..1_100]);
        foreach (OutgoingTrack track in _outgoing)
        {
            if (track.TimeReference is not { } reference || track.PacketsSent == 0)
            {
                continue;
            }

            // The time line of the source says which RTP timestamp belongs to this moment; audio and video share it, so players can align them.
            double sinceReference = (now - reference.CaptureTime).TotalSeconds;
            uint rtpTimestamp = reference.RtpTimestamp + (uint)(long)(sinceReference * track.Media.Codec.ClockRate());
            writer.SenderReport(track.Media.Ssrc, ToNtp(now), rtpTimestamp, (uint)track.PacketsSent, (uint)track.BytesSent);
            writer.CanonicalName(track.Media.Ssrc, _options.StreamName);
        }

        WriteReceiverReports(ref writer, now);
        SendRtcp(buffer, writer.Length);
    }

    private void SendBye()
    {
        if (_srtpSender is null || _outgoing.Count == 0)
        {
            return;
        }

        Span<byte> buffer = stackalloc byte[256];
        RtcpWriter writer = new(buffer);
        writer.ReceiverReport(_outgoing[0].Media.Ssrc, []);
        foreach (OutgoingTrack track in _outgoing)
        {
            writer.Bye(track.Media.Ssrc);
        }

        SendRtcp(buffer, writer.Length);
    }

    private void SendRtcp(Span<byte> buffer, int length)
    {
        if (length > 0 && _srtpSender is not null && _ice.Selected is { } selected)
        {
            _control.Enqueue(buffer[.._srtpSender.ProtectRtcp(buffer, length)], selected);
        }
    }

    private bool HandleMedia(Span<byte> datagram, TransportAddress from, TimeSpan now)
    {
        if (_srtpReceiver is null)
        {
            return Drop("media before the handshake");
        }

        string? reason;
        if (RtpHeader.IsRtcp(datagram))
        {
            if (!_srtpReceiver.TryUnprotectRtcp(datagram, out int length, out reason))
            {
                return Drop(reason!);
            }

            _ice.NoteAuthenticatedTraffic(from, now);
            NotePathChange();
            HandleRtcp(datagram[..length], now);
            return true;
        }

        if (!RtpHeader.TryParse(datagram, out RtpHeader header, out reason) ||
            !_srtpReceiver.TryUnprotectRtp(datagram, header.Length, out int packetLength, out ulong index, out reason))
        {
            return Drop(reason!);
        }

        _ice.NoteAuthenticatedTraffic(from, now);
        NotePathChange();
        if (_events.Count + EventsWithOwner >= FrameEventsMax)
        {
            // As if the network had lost it: a key frame follows once the owner has caught up.
            return Drop("the owner does not keep up with what comes");
        }

        return HandleRtp(datagram[..packetLength], header, index, now);
    }

    // What went to an address that was silent is lost, and a player waits for seconds before it says so: the present picture shows sooner than all of it again.
    private void NotePathChange()
    {
        if (_pathChanges == _ice.PathChanges)
        {
            return;
        }

        _pathChanges = _ice.PathChanges;
        if (_ice.SilenceBeforeChange > RepeatableSilence && _video is { PacketsSent: > 0 })
        {
            _lostWithPath = true;
            _events.Enqueue(new KeyFrameRequested());
        }
    }

    // Seconds since 1900 and their fraction (RFC 3550 section 4).
    private ulong ToNtp(TimeSpan now)
    {
        long ticks = (_options.Epoch + now).UtcTicks - new DateTime(1900, 1, 1, 0, 0, 0, DateTimeKind.Utc).Ticks;
        ulong seconds = (ulong)(ticks / TimeSpan.TicksPerSecond);
        ulong fraction = (ulong)(ticks % TimeSpan.TicksPerSecond) * (1UL << 32) / TimeSpan.TicksPerSecond;
        return (seconds << 32) | fraction;
    }

    // What the live frames leave: on a link that became narrow, frames and repeats together would lose each other for good. But never nothing, as the estimate may be too low.
    private long RepeatBitrate(long estimate) => Math.Max(RepeatBitrateMin, Math.Max(estimate / 4, estimate - _liveBitsPerSecond));

    private static long PacingBitrate(long estimate) => Math.Max(1_000_000, estimate * 5 / 2);
}
