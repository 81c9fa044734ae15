using System.Buffers.Binary;
using Nsn.WebRtc.Congestion;
using Nsn.WebRtc.Srtp;

namespace Nsn.WebRtc.Sessions;

/// <content>The bandwidth estimate, the pace that follows from it, probes, and the choice between the encodings of a simulcast.</content>
public sealed partial class WebRtcSession
{
    private readonly TransportFeedbackReader _sentPackets = new();
    private readonly List<PacketResult> _results = [];
    private readonly BandwidthEstimator _bandwidth;
    private readonly BandwidthProbe _probe = new();
    private readonly EncodingSelector _selector = new();
    private PlayoutDelay _playoutDelay;
    private int _targetEncoding;
    private bool _choosesEncoding = true;
    private long _provenBitrate;
    private TimeSpan _provenAt;
    private TimeSpan _lossReportAt;
    private long _sentAtLossReport;

    /// <summary>What the way to the peer carries, bits per second, as far as feedback tells.</summary>
    public long EstimatedBitrate => _bandwidth.BitsPerSecond;

    /// <summary>
    /// The encoding of a simulcast that this viewer gets; it changes at the next key frame of that encoding. It follows the estimate until it is set.
    /// </summary>
    public int TargetEncoding
    {
        get => _targetEncoding;
        set
        {
            _targetEncoding = value;
            _choosesEncoding = false;
        }
    }

    /// <summary>How often the link was probed for more.</summary>
    public int Probes { get; private set; }

    /// <summary>Chooses the encoding that the link carries, unless <see cref="TargetEncoding"/> was set; call it a few times a second in either case.</summary>
    /// <param name="rates">What each encoding takes, bits per second, the smallest first; 0 for one that is not being sent.</param>
    /// <param name="now">The time.</param>
    /// <returns>True if another encoding was chosen or set than the viewer gets, so that a key frame of it is wanted.</returns>
    public bool ChooseEncoding(ReadOnlySpan<long> rates, TimeSpan now)
    {
        Span<int> order = stackalloc int[Transport.MediaSource.EncodingsMax];
        for (int i = 0; i < order.Length; i++)
        {
            order[i] = i;
        }

        return ChooseEncodingInOrder(rates, order[..rates.Length], now);
    }

    /// <summary>The same for encodings whose numbers say nothing about their size.</summary>
    /// <param name="rates">What each encoding takes, by number.</param>
    /// <param name="order">Their numbers, the smallest first.</param>
    /// <param name="now">The time.</param>
    internal bool ChooseEncodingInOrder(ReadOnlySpan<long> rates, ReadOnlySpan<int> order, TimeSpan now)
    {
        if (_video is null || State != SessionState.Connected)
        {
            return false;
        }

        if (!_choosesEncoding)
        {
            // Nobody can make a key frame of what is not being sent.
            return _targetEncoding != CurrentEncoding && (uint)_targetEncoding < (uint)rates.Length && rates[_targetEncoding] > 0;
        }

        Span<long> ranked = stackalloc long[Transport.MediaSource.EncodingsMax];
        ranked = ranked[..order.Length];
        for (int rank = 0; rank < order.Length; rank++)
        {
            ranked[rank] = rates[order[rank]];
        }

        int chosenRank = _selector.Choose(
            ranked, Math.Max(0, order.IndexOf(_targetEncoding)), _bandwidth.BitsPerSecond, _provenBitrate, _provenAt, now, out long probe);
        if (probe > 0 && !_bandwidth.HasTransportFeedback)
        {
            // Nobody would say what came of a probe. The estimate itself is what a larger encoding is tried on; losses take it back, and the wait before the next
            // trial doubles.
            _provenBitrate = _bandwidth.BitsPerSecond;
            _provenAt = now;
        }
        else if (probe > 0 && !_probe.IsRunning && _video.CanPad)
        {
            _probe.Start(probe, now);
            Probes++;
        }

        _targetEncoding = order[chosenRank];
        return _targetEncoding != CurrentEncoding;
    }

    /// <summary>Says at which encoding a viewer starts that has got nothing yet and whose encoding was not set.</summary>
    internal void StartAt(int encoding)
    {
        if (_choosesEncoding && _video is { LastTimestamp: null })
        {
            _targetEncoding = encoding;
            CurrentEncoding = encoding;
        }
    }

    private void NoteSent(ushort transportSequence, int length, TimeSpan now)
    {
        byte cluster = 0;
        if (_probe.IsSending)
        {
            _probe.NoteSent(length);
            cluster = _probe.Cluster;
        }

        _sentPackets.NoteSent(transportSequence, length, now, cluster);
    }

    private int PollPadding(Span<byte> datagram, SrtpSender srtp, TimeSpan now)
    {
        if (_video is null || !_probe.WantsPadding(now))
        {
            return 0;
        }

        ushort transportSequence = _transportSequence;
        int length = _video.PollPadding(datagram, srtp, ref _transportSequence, now);
        if (length > 0)
        {
            NoteSent(transportSequence, length, now);
            _pacer.Sent(length);
        }

        return length;
    }

    private void HandleTransportWide(ReadOnlySpan<byte> feedback, TimeSpan now)
    {
        if (!_sentPackets.TryRead(feedback, _results))
        {
            return;
        }

        foreach (PacketResult result in _results)
        {
            if (result.Cluster != 0 && result.Cluster == _probe.Cluster)
            {
                _probe.NoteResult(result);
            }
        }

        _bandwidth.OnFeedback(_results, now);
        FinishProbe(now);
        FollowEstimate();
    }

    private void FollowEstimate()
    {
        _pacer.BitsPerSecond = PacingBitrate(_bandwidth.BitsPerSecond);
        _repeatPacer.BitsPerSecond = RepeatBitrate(_bandwidth.BitsPerSecond);
    }

    // What was never tried is no pace for a key frame.
    private void FollowReports()
    {
        if (!_bandwidth.HasTransportFeedback)
        {
            long tried = Math.Min(_bandwidth.BitsPerSecond, Math.Max(_options.StartBitrate, 2 * _bandwidth.ReceivedBitsPerSecond));
            _pacer.BitsPerSecond = PacingBitrate(tried);
            _repeatPacer.BitsPerSecond = RepeatBitrate(tried);
        }
    }

    private void FinishProbe(TimeSpan now)
    {
        if (_probe.TryFinish(now, out long proven))
        {
            _provenBitrate = proven;
            _provenAt = now;
            _bandwidth.OnProbe(proven);
        }
    }

    // draft-alvestrand-rmcat-remb-03: "REMB", number of SSRCs, 6 bits exponent, 18 bits mantissa.
    private void HandleRemb(ReadOnlySpan<byte> body)
    {
        if (body.Length < 16 || BinaryPrimitives.ReadUInt32BigEndian(body[8..]) != 0x52454D42)
        {
            return;
        }

        uint word = BinaryPrimitives.ReadUInt32BigEndian(body[12..]);
        int exponent = (int)(word >> 18) & 0x3F;
        long mantissa = word & 0x3_FFFF;
        _bandwidth.OnRemb(exponent > 40 ? long.MaxValue / 4 : mantissa << exponent);
        FollowReports();
    }

    private void NoteLoss(double fractionLost, TimeSpan now)
    {
        long sent = 0;
        foreach (OutgoingTrack track in _outgoing)
        {
            sent += track.BytesSent;
        }

        double seconds = (now - _lossReportAt).TotalSeconds;
        if (seconds < 0.1)
        {
            // A flood of reports says no more than one of them.
            return;
        }

        _bandwidth.OnLoss(fractionLost, (long)((sent - _sentAtLossReport) * 8 / seconds), now);
        (_sentAtLossReport, _lossReportAt) = (sent, now);
        FollowReports();
    }
}
