using System.Text;
using Nsn.WebRtc.Network;
using Nsn.WebRtc.Stun;

namespace Nsn.WebRtc.Ice;

/// <summary>
/// One component of ICE (RFC 8445) without sockets and clocks: the lite side of a gateway, or a controlling client with one local socket.
/// </summary>
/// <remarks>
/// An address is *validated* once a check with the right integrity came from it (lite) or an answer to our own check did (controlling).
/// Nothing but answers to checks is ever sent to an address that is not validated, and such an answer is never longer than the
/// request, so the agent is no amplifier: what is shorter than RFC 8445 allows a check to be may get none. The path follows the peer: a nomination moves it, and so does authenticated media from another
/// validated address. A check with the priority of the selected path from an address that was never seen is the same socket of the peer's behind a NAT that gave it another address:
/// it moves the path at once if it nominates, and otherwise if nothing came from the old one any more.
/// </remarks>
internal sealed partial class IceAgent
{
    private const int ValidatedMax = 16;
    private const int CandidatesMax = 32;
    private const uint PeerReflexivePriority = (110u << 24) | (65_535u << 8) | 255;

    private readonly List<ValidatedPath> _validated = [];
    private readonly IRandomSource _random;
    private readonly ulong _tieBreaker;
    private IceCredentials? _previousLocal;
    private string _expectedUsername = string.Empty;
    private TimeSpan _lastConsent;
    private TimeSpan _selectedUntil = TimeSpan.MaxValue;
    private TimeSpan _selectedHeard;
    private bool _started;

    public IceAgent(IceRole role, IceCredentials local, IRandomSource random)
    {
        Role = role;
        Local = local;
        _random = random;
        Span<byte> bytes = stackalloc byte[8];
        random.Fill(bytes);
        _tieBreaker = BitConverter.ToUInt64(bytes);
    }

    public IceRole Role { get; }

    public IceCredentials Local { get; private set; }

    public IceCredentials? Remote { get; private set; }

    /// <summary>Where media goes; null until a check succeeded.</summary>
    public TransportAddress? Selected { get; private set; }

    /// <summary>True once consent ran out (RFC 7675); the session must be closed.</summary>
    public bool IsExpired { get; private set; }

    /// <summary>How often the path moved to another address of the peer.</summary>
    public int PathChanges { get; private set; }

    /// <summary>How long nothing had come from the old address when the path moved last.</summary>
    public TimeSpan SilenceBeforeChange { get; private set; }

    /// <summary>Round-trip time of the latest answered check; null if there was none (a lite agent sends none).</summary>
    public TimeSpan? RoundTripTime { get; private set; }

    public bool IsValidated(TransportAddress address) => FindValidated(address) >= 0;

    public void SetRemote(IceCredentials remote)
    {
        Remote = remote;
        _expectedUsername = $"{Local.UsernameFragment}:{remote.UsernameFragment}";
    }

    /// <summary>Starts the consent clock.</summary>
    public void Start(TimeSpan now)
    {
        _started = true;
        _lastConsent = now;
        _nextCheck = now;
    }

    /// <summary>ICE restart (RFC 8445 section 9): new credentials on both sides; media flows on over the old path until a new one is checked.</summary>
    public void Restart(IceCredentials local, IceCredentials remote, TimeSpan now)
    {
        _previousLocal = Local;
        Local = local;
        SetRemote(remote);
        _lastConsent = now;
        _restarted = true;
        _nextCheck = now;
    }

    /// <summary>Takes a STUN datagram; answers go to <paramref name="output"/>. False with a reason if it was ignored.</summary>
    public bool TryHandle(ReadOnlySpan<byte> datagram, TransportAddress from, TimeSpan now, DatagramQueue output, out string? reason)
    {
        if (!StunMessage.TryParse(datagram, out StunMessage message, out reason))
        {
            return false;
        }

        if (message.Method != StunMessage.BindingMethod)
        {
            reason = "not a BINDING";
            return false;
        }

        switch (message.Class)
        {
            case StunClass.Request:
                return TryHandleRequest(message, from, now, output, out reason);
            case StunClass.SuccessResponse:
            case StunClass.ErrorResponse:
                return TryHandleResponse(message, from, now, out reason);
            default:
                return true;
        }
    }

    /// <summary>Authenticated media came from an address: if it is validated and not the selected one, the path moves there.</summary>
    public void NoteAuthenticatedTraffic(TransportAddress from, TimeSpan now)
    {
        if (Selected is { } selected && selected == from)
        {
            _selectedHeard = now;
            return;
        }

        int index = FindValidated(from);
        if (index >= 0 && Selected is not null && now - _validated[index].LastCheck < ConsentTimeout)
        {
            Select(_validated[index], now);
        }
    }

    /// <summary>An address is gone for good. The best of the other validated ones is selected; without any, the next check decides.</summary>
    public void Forget(TransportAddress address)
    {
        int index = FindValidated(address);
        if (index < 0)
        {
            return;
        }

        _validated.RemoveAt(index);
        if (Selected == address && _validated.Count > 0)
        {
            ValidatedPath best = _validated.MaxBy(path => path.Priority);
            Select(best, best.LastCheck);
        }
    }

    /// <summary>Revokes consent at once (the session was closed).</summary>
    public void Expire() => IsExpired = true;

    private bool TryHandleRequest(in StunMessage message, TransportAddress from, TimeSpan now, DatagramQueue output, out string? reason)
    {
        reason = null;
        IceCredentials? local = MatchLocal(message.Username);
        if (local is null)
        {
            reason = "the user name is not ours";
            return false;
        }

        if (!message.VerifyIntegrity(local.PasswordBytes))
        {
            reason = "MESSAGE-INTEGRITY is wrong";
            return false;
        }

        if (message.UnknownRequired != 0)
        {
            SendError(message, from, local, 420, "Unknown", output);
            reason = "an unknown comprehension-required attribute";
            return false;
        }

        bool conflict = Role == IceRole.Lite ? message.Controlled is not null : message.Controlling is not null;
        if (conflict && (Role == IceRole.Lite || _tieBreaker >= message.Controlling))
        {
            SendError(message, from, local, 487, "Conflict", output);
            reason = "role conflict";
            return false;
        }

        Span<byte> buffer = stackalloc byte[StunMessage.LengthMax];
        StunWriter writer = new(buffer, StunClass.SuccessResponse, message.TransactionId);
        writer.AddMappedAddress(from);
        writer.AddIntegrity(local.PasswordBytes);
        writer.AddFingerprint();
        if (!MayAnswer(message, from, writer.Length))
        {
            reason = "the answer would be longer than the check";
            return false;
        }

        output.Enqueue(buffer[..writer.Length], from);
        NoteCheck(message, from, now, local);
        return true;
    }

    private void NoteCheck(in StunMessage message, TransportAddress from, TimeSpan now, IceCredentials local)
    {
        if (Role == IceRole.Controlling)
        {
            // A check of the peer's tells where it is reachable: a triggered check follows (RFC 8445 section 7.3.1.4).
            AddRemoteCandidate(new IceCandidate(from, "prflx", message.Priority, from.Stream != 0));
            return;
        }

        if (ReferenceEquals(local, Local))
        {
            if (_restarted)
            {
                _validated.Clear();
                _previousLocal = null;
                _restarted = false;
            }
        }

        _lastConsent = now;
        bool isNew = !IsValidated(from);
        ValidatedPath path = NoteValidated(from, now, message.Priority);
        if (Selected is null)
        {
            SelectFirst(path, now);
            return;
        }

        if (Selected != from && ShouldMove(path, isNew, message.UseCandidate, now))
        {
            Select(path, now);
        }
    }

    // A peer with several addresses nominates several pairs (aggressive nomination): the best one that is alive wins. A priority belongs to one local candidate of the peer's.
    private bool ShouldMove(ValidatedPath candidate, bool isNew, bool isNominated, TimeSpan now)
    {
        int index = FindValidated(Selected!.Value);
        if (index < 0)
        {
            return isNominated;
        }

        uint priority = _validated[index].Priority;
        return isNominated
            ? candidate.Priority > priority || (isNew && candidate.Priority == priority) || now - _validated[index].LastCheck > PathSilence
            : candidate.Priority == priority && now - _selectedHeard > PathSilence;
    }

    private void Select(in ValidatedPath path, TimeSpan now)
    {
        PathChanges++;
        SilenceBeforeChange = now - _selectedHeard;
        SelectFirst(path, now);
    }

    private void SelectFirst(in ValidatedPath path, TimeSpan now)
    {
        Selected = path.Address;
        _selectedUntil = path.LastCheck + ConsentTimeout;
        _selectedHeard = now;
    }

    // Consent is a path's own (RFC 7675 section 5.1): that the peer checks another address says nothing about this one.
    private void LeaveStalePath(TimeSpan now)
    {
        if (now < _selectedUntil || Selected is null)
        {
            return;
        }

        ValidatedPath freshest = _validated.Count == 0 ? default : _validated.MaxBy(path => path.LastCheck);
        if (_validated.Count > 0 && now - freshest.LastCheck < ConsentTimeout)
        {
            Select(freshest, now);
            return;
        }

        // After a restart the session itself still has time: nothing is sent until a check says where to.
        Selected = null;
        _selectedUntil = TimeSpan.MaxValue;
    }

    private ValidatedPath NoteValidated(TransportAddress from, TimeSpan now, uint priority)
    {
        int index = FindValidated(from);
        if (index < 0)
        {
            if (_validated.Count >= ValidatedMax)
            {
                int oldest = _validated[0].Address == Selected ? 1 : 0;
                for (int i = oldest + 1; i < _validated.Count; i++)
                {
                    oldest = _validated[i].LastCheck < _validated[oldest].LastCheck && _validated[i].Address != Selected ? i : oldest;
                }

                _validated.RemoveAt(oldest);
            }

            index = _validated.Count;
            _validated.Add(default);
        }

        if (Selected == from)
        {
            _selectedUntil = now + ConsentTimeout;
            _selectedHeard = now;
        }

        return _validated[index] = new ValidatedPath(from, now, priority);
    }

    private int FindValidated(TransportAddress address)
    {
        for (int i = 0; i < _validated.Count; i++)
        {
            if (_validated[i].Address == address)
            {
                return i;
            }
        }

        return -1;
    }

    // The peer's user name is local:remote. The remote half is checked too once it is known.
    private IceCredentials? MatchLocal(ReadOnlySpan<byte> username)
    {
        Span<byte> expected = stackalloc byte[513];
        if (Remote is not null && Encoding.UTF8.TryGetBytes(_expectedUsername, expected, out int length) &&
            username.SequenceEqual(expected[..length]))
        {
            return Local;
        }

        IceCredentials? old = _previousLocal;
        if (old is not null && Encoding.UTF8.TryGetBytes(old.UsernameFragment, expected, out length) &&
            username.Length > length && username[length] == (byte)':' && username[..length].SequenceEqual(expected[..length]))
        {
            return old;
        }

        return null;
    }

    // Who is not validated may be somebody else, whose address was forged: at most as much goes there as came. A TCP connection proves its address.
    private bool MayAnswer(in StunMessage request, TransportAddress from, int length) => length <= request.Length || from.Stream != 0 || IsValidated(from);

    private void SendError(
        in StunMessage request, TransportAddress from, IceCredentials local, int code, string text, DatagramQueue output)
    {
        Span<byte> buffer = stackalloc byte[StunMessage.LengthMax];
        StunWriter writer = new(buffer, StunClass.ErrorResponse, request.TransactionId);
        writer.AddError(code, text);
        if (code == 420)
        {
            Span<byte> unknown = [(byte)(request.UnknownRequired >> 8), (byte)request.UnknownRequired];
            writer.Add(StunAttribute.UnknownAttributes, unknown);
        }

        writer.AddIntegrity(local.PasswordBytes);
        writer.AddFingerprint();
        if (MayAnswer(request, from, writer.Length))
        {
            output.Enqueue(buffer[..writer.Length], from);
        }
    }

    private readonly record struct ValidatedPath(TransportAddress Address, TimeSpan LastCheck, uint Priority);
}
