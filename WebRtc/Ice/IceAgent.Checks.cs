using Nsn.WebRtc.Network;
using Nsn.WebRtc.Stun;

namespace Nsn.WebRtc.Ice;

/// <content>The clock of the agent: consent expiry, and the checks that a controlling agent sends.</content>
internal sealed partial class IceAgent
{
    private static readonly TimeSpan ConsentTimeout = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan PathSilence = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan CheckInterval = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan CheckIntervalMax = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ConsentInterval = TimeSpan.FromSeconds(4);

    private readonly List<IceCandidate> _candidates = [];
    private readonly Dictionary<UInt128, PendingCheck> _pending = [];
    private TimeSpan _nextCheck = TimeSpan.MaxValue;
    private int _checkIndex;
    private int _checksSent;
    private bool _restarted;

    /// <summary>When <see cref="HandleTimeout"/> wants to be called next.</summary>
    public TimeSpan Deadline
    {
        get
        {
            if (!_started || IsExpired)
            {
                return TimeSpan.MaxValue;
            }

            TimeSpan expiry = _lastConsent + ConsentTimeout;
            expiry = _selectedUntil < expiry ? _selectedUntil : expiry;
            return Role == IceRole.Controlling && _candidates.Count > 0 && _nextCheck < expiry ? _nextCheck : expiry;
        }
    }

    /// <summary>Adds a place where the peer may be reached; a lite agent ignores it.</summary>
    public void AddRemoteCandidate(IceCandidate candidate)
    {
        if (Role == IceRole.Lite || _candidates.Count >= CandidatesMax || _candidates.Exists(known => known.Address == candidate.Address))
        {
            return;
        }

        int index = _candidates.FindIndex(known => known.Priority < candidate.Priority);
        _candidates.Insert(index < 0 ? _candidates.Count : index, candidate);
    }

    public void HandleTimeout(TimeSpan now, DatagramQueue output)
    {
        if (!_started || IsExpired)
        {
            return;
        }

        if (now - _lastConsent >= ConsentTimeout)
        {
            IsExpired = true;
            return;
        }

        LeaveStalePath(now);

        if (Role != IceRole.Controlling || _candidates.Count == 0 || now < _nextCheck || Remote is null)
        {
            return;
        }

        bool hasPath = Selected is not null && !_restarted;
        TransportAddress target = hasPath ? Selected!.Value : _candidates[_checkIndex++ % _candidates.Count].Address;
        SendCheck(target, now, output);
        if (hasPath)
        {
            // RFC 7675 section 5.1: 5 s, randomised by 20 % so that a thousand sessions do not beat in time.
            Span<byte> random = stackalloc byte[2];
            _random.Fill(random);
            _nextCheck = now + (ConsentInterval * (1 + (random[0] / 512.0)));
        }
        else
        {
            _checksSent++;
            int round = Math.Min(_checksSent / (_candidates.Count * 3), 5);
            TimeSpan interval = CheckInterval * (1 << round);
            _nextCheck = now + (interval < CheckIntervalMax ? interval : CheckIntervalMax);
        }
    }

    private void SendCheck(TransportAddress target, TimeSpan now, DatagramQueue output)
    {
        Span<byte> transactionId = stackalloc byte[12];
        _random.Fill(transactionId);
        Span<byte> buffer = stackalloc byte[StunMessage.LengthMax];
        StunWriter writer = new(buffer, StunClass.Request, transactionId);
        writer.Add(StunAttribute.Username, $"{Remote!.UsernameFragment}:{Local.UsernameFragment}");
        writer.Add(StunAttribute.IceControlling, _tieBreaker);
        writer.Add(StunAttribute.UseCandidate, []);
        writer.Add(StunAttribute.Priority, PeerReflexivePriority);
        writer.AddIntegrity(Remote.PasswordBytes);
        writer.AddFingerprint();
        output.Enqueue(buffer[..writer.Length], target);
        if (_pending.Count >= 64)
        {
            _pending.Clear();
        }

        _pending[ToKey(transactionId)] = new PendingCheck(target, now);
    }

    private bool TryHandleResponse(in StunMessage message, TransportAddress from, TimeSpan now, out string? reason)
    {
        if (!_pending.Remove(ToKey(message.TransactionId), out PendingCheck pending) || Remote is null)
        {
            reason = "an answer to no question of ours";
            return false;
        }

        // RFC 8445 section 7.2.5.2.1: the answer must come from where the request went.
        if (pending.Target != from || !message.VerifyIntegrity(Remote.PasswordBytes))
        {
            reason = "the answer is not from the peer";
            return false;
        }

        reason = null;
        if (message.Class == StunClass.ErrorResponse)
        {
            return true;
        }

        _lastConsent = now;
        RoundTripTime = now - pending.SentAt;
        ValidatedPath path = NoteValidated(from, now, 0);
        if (Selected is null || (_restarted && Selected != from))
        {
            SelectFirst(path, now);
            _nextCheck = now + ConsentInterval;
        }

        _restarted = false;
        return true;
    }

    private static UInt128 ToKey(ReadOnlySpan<byte> transactionId)
    {
        Span<byte> bytes = stackalloc byte[16];
        bytes.Clear();
        transactionId.CopyTo(bytes);
        return BitConverter.ToUInt128(bytes);
    }

    private readonly record struct PendingCheck(TransportAddress Target, TimeSpan SentAt);
}
