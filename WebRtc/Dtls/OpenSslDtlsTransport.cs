using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Nsn.WebRtc.Srtp;

namespace Nsn.WebRtc.Dtls;

/// <summary>DTLS 1.2 (RFC 6347) by OpenSSL 3, over two memory BIOs.</summary>
/// <remarks>
/// A memory BIO forgets where datagrams end, so what OpenSSL wrote is cut at the record headers and packed into datagrams of at most
/// <see cref="DatagramMax"/> bytes. OpenSSL's retransmit timer reads the wall clock and starts at one second; it is switched off here.
/// The last flight is kept instead and sent again, byte for byte as a network that doubles datagrams would, after 100 ms, 200 ms, ... of the
/// caller's time. A peer that lost our last flight repeats its own; the last flight then goes out once more, at most every 50 ms.
/// </remarks>
internal sealed unsafe class OpenSslDtlsTransport : IDtlsTransport
{
    public const int DatagramMax = 1_200;
    public const int ApplicationDataMax = 1_160;
    private const int RecordHeaderLength = 13;
    private const int FlightDatagramsMax = 32;
    private const byte ChangeCipherSpecRecord = 20;
    private const byte HandshakeRecord = 22;
    private const string OtherCertificate = "the peer's certificate does not have the fingerprint of its session description";
    private static readonly TimeSpan RepeatInterval = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan FirstTimeout = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan HandshakeTimeout = TimeSpan.FromSeconds(30);

    private readonly DtlsRole _role;
    private readonly string _fingerprint;
    private readonly Queue<byte[]> _outgoing = new();
    private readonly List<byte[]> _flight = [];
    private readonly nint _incomingBio;
    private readonly nint _outgoingBio;
    private readonly GCHandle _self;
    private nint _ssl;
    private bool _isOther;
    private bool _mayRead;
    private bool _wasDrained;
    private TimeSpan _timeout = FirstTimeout;
    private TimeSpan _lastRepeat;
    private TimeSpan _giveUpAt = TimeSpan.MaxValue;

    /// <summary>Creates an association; nothing is sent before <see cref="Start"/>.</summary>
    /// <param name="certificate">Ours.</param>
    /// <param name="role">Who starts.</param>
    /// <param name="fingerprint">The peer's, as its session description says it: `sha-256 AB:…`.</param>
    /// <param name="legacySrtpOnly">Offers AES128_CM_HMAC_SHA1_80 alone.</param>
    public OpenSslDtlsTransport(DtlsCertificate certificate, DtlsRole role, string fingerprint, bool legacySrtpOnly = false)
    {
        _role = role;
        _fingerprint = fingerprint;
        _ssl = LibSsl.SSL_new(legacySrtpOnly ? certificate.Context.LegacyHandle : certificate.Context.Handle);
        _incomingBio = LibSsl.BIO_new(LibSsl.BIO_s_mem());
        _outgoingBio = LibSsl.BIO_new(LibSsl.BIO_s_mem());
        if (_ssl == 0 || _incomingBio == 0 || _outgoingBio == 0)
        {
            throw new InsufficientMemoryException("OpenSSL could not make an association.");
        }

        LibSsl.BIO_ctrl(_incomingBio, LibSsl.BioSetBufMemEofReturn, -1, 0);
        LibSsl.BIO_ctrl(_outgoingBio, LibSsl.BioSetBufMemEofReturn, -1, 0);
        LibSsl.SSL_set_bio(_ssl, _incomingBio, _outgoingBio);
        LibSsl.SSL_ctrl(_ssl, LibSsl.CtrlSetMtu, DatagramMax, 0);
        LibSsl.DTLS_set_timer_cb(_ssl, &LibSsl.NeverExpire);
        _self = GCHandle.Alloc(this, GCHandleType.Weak);
        _ = LibSsl.SSL_set_ex_data(_ssl, LibSsl.ApplicationData, GCHandle.ToIntPtr(_self));
        if (role == DtlsRole.Server)
        {
            LibSsl.SSL_set_accept_state(_ssl);
        }
        else
        {
            LibSsl.SSL_set_connect_state(_ssl);
        }
    }

    public DtlsState State { get; private set; }

    public string? FailureReason { get; private set; }

    public SrtpKeys? SrtpKeys { get; private set; }

    public TimeSpan Deadline { get; private set; } = TimeSpan.MaxValue;

    /// <summary>How often a flight was sent again.</summary>
    public int Retransmissions { get; private set; }

    public void Start(TimeSpan now)
    {
        _giveUpAt = now + HandshakeTimeout;
        Deadline = _giveUpAt;
        if (_role == DtlsRole.Client)
        {
            Advance(now);
        }
    }

    public void Handle(ReadOnlySpan<byte> datagram, TimeSpan now)
    {
        if (_ssl == 0 || State is DtlsState.Closed or DtlsState.Failed)
        {
            return;
        }

        fixed (byte* bytes = datagram)
        {
            _ = LibSsl.BIO_write(_incomingBio, bytes, datagram.Length);
        }

        _mayRead = true;

        if (State == DtlsState.Handshaking)
        {
            Advance(now);
        }
        else if (_role == DtlsRole.Server && datagram[0] is ChangeCipherSpecRecord or HandshakeRecord && now - _lastRepeat >= RepeatInterval)
        {
            _lastRepeat = now;
            RepeatFlight();
        }
    }

    public void HandleTimeout(TimeSpan now)
    {
        if (now < Deadline || State != DtlsState.Handshaking)
        {
            return;
        }

        if (now >= _giveUpAt)
        {
            Fail("the handshake took longer than 30 s");
            return;
        }

        RepeatFlight();
        _timeout = _timeout < TimeSpan.FromSeconds(3) ? _timeout * 2 : _timeout;
        SetDeadline(now);
    }

    private void RepeatFlight()
    {
        foreach (byte[] datagram in _flight)
        {
            _outgoing.Enqueue(datagram);
        }

        Retransmissions++;
    }

    public int PollDatagram(Span<byte> destination)
    {
        if (_outgoing.TryDequeue(out byte[]? datagram))
        {
            datagram.CopyTo(destination);
            return datagram.Length;
        }

        return 0;
    }

    public int PollApplicationData(Span<byte> destination)
    {
        if (_ssl == 0 || State != DtlsState.Connected || !_mayRead)
        {
            return 0;
        }

        LibSsl.ERR_clear_error();
        int read;
        fixed (byte* bytes = destination)
        {
            read = LibSsl.SSL_read(_ssl, bytes, destination.Length);
        }

        if (read > 0)
        {
            // Most datagrams are one record, and asking OpenSSL for another costs as much as the first. Before it ever said that there is no more, it may hold
            // records back that came during the handshake.
            _mayRead = !_wasDrained || LibSsl.SSL_has_pending(_ssl) != 0 || LibSsl.BIO_ctrl(_incomingBio, LibSsl.BioPending, 0, 0) > 0;
            return read;
        }

        _mayRead = false;
        _wasDrained = true;
        int error = LibSsl.SSL_get_error(_ssl, read);
        if (error == LibSsl.ErrorZeroReturn)
        {
            State = DtlsState.Closed;
        }
        else if (error is not (LibSsl.ErrorWantRead or LibSsl.ErrorWantWrite))
        {
            // An error of one record (a bad one, a wrong alert) drops the record in DTLS; only a fatal alert ends the association.
            Fail("the peer ended the association: " + LibSsl.LastError());
        }

        CollectDatagrams(keepAsFlight: false);
        return 0;
    }

    public int Encrypt(ReadOnlySpan<byte> message, Span<byte> datagram)
    {
        if (_ssl == 0 || State != DtlsState.Connected || message.Length > ApplicationDataMax || _outgoing.Count > 0)
        {
            return 0;
        }

        // One message is one record is one datagram, so what OpenSSL wrote needs no cutting and goes where it is sent from.
        LibSsl.ERR_clear_error();
        fixed (byte* bytes = message, output = datagram)
        {
            return LibSsl.SSL_write(_ssl, bytes, message.Length) == message.Length ? Math.Max(0, LibSsl.BIO_read(_outgoingBio, output, datagram.Length)) : 0;
        }
    }

    public void Close()
    {
        if (_ssl != 0 && State == DtlsState.Connected)
        {
            LibSsl.ERR_clear_error();
            _ = LibSsl.SSL_shutdown(_ssl);
            CollectDatagrams(keepAsFlight: false);
        }

        State = State == DtlsState.Failed ? State : DtlsState.Closed;
        Deadline = TimeSpan.MaxValue;
    }

    public void Dispose()
    {
        if (_ssl != 0)
        {
            LibSsl.SSL_free(_ssl);
            _ssl = 0;
            _self.Free();
        }
    }

    private void Advance(TimeSpan now)
    {
        LibSsl.ERR_clear_error();
        int result = LibSsl.SSL_do_handshake(_ssl);
        int error = result == 1 ? 0 : LibSsl.SSL_get_error(_ssl, result);
        string? details = error is 0 or LibSsl.ErrorWantRead or LibSsl.ErrorWantWrite ? null : LibSsl.LastError();
        if (CollectDatagrams(keepAsFlight: true))
        {
            _timeout = FirstTimeout;
            SetDeadline(now);
        }

        if (result == 1)
        {
            Complete();
        }
        else if (details is not null)
        {
            Fail(_isOther ? OtherCertificate : "the handshake failed: " + details);
        }
    }

    private void Complete()
    {
        Deadline = TimeSpan.MaxValue;
        nint certificate = LibSsl.SSL_get1_peer_certificate(_ssl);
        bool isPeer = IsPeer(certificate);
        LibSsl.X509_free(certificate);
        if (!isPeer)
        {
            Fail(OtherCertificate);
            return;
        }

        SrtpKeys = ExportKeys();
        State = DtlsState.Connected;
        _mayRead = true;
    }

    private void Fail(string reason)
    {
        State = DtlsState.Failed;
        FailureReason = reason;
        Deadline = TimeSpan.MaxValue;
    }

    private void SetDeadline(TimeSpan now)
    {
        TimeSpan next = now + _timeout;
        Deadline = next < _giveUpAt ? next : _giveUpAt;
    }

    /// <summary>True if a certificate is the one of the peer's session description.</summary>
    /// <param name="certificate">OpenSSL's X509, 0 for none.</param>
    internal bool IsPeer(nint certificate)
    {
        if (certificate == 0)
        {
            return false;
        }

        int length = LibSsl.i2d_X509(certificate, null);
        byte[] der = new byte[Math.Clamp(length, 0, 64 * 1_024)];
        if (length > 0 && length == der.Length)
        {
            fixed (byte* bytes = der)
            {
                byte* position = bytes;
                _ = LibSsl.i2d_X509(certificate, &position);
            }
        }

        bool isPeer = string.Equals(DtlsCertificate.FormatFingerprint(der), _fingerprint, StringComparison.OrdinalIgnoreCase);
        _isOther |= !isPeer;
        return isPeer;
    }

    private SrtpKeys? ExportKeys()
    {
        nint profile = LibSsl.SSL_get_selected_srtp_profile(_ssl);
        if (profile == 0)
        {
            return null;
        }

        // SRTP_PROTECTION_PROFILE is { const char *name; unsigned long id; }.
        SrtpProfile selected = (SrtpProfile)(*(nuint*)(profile + sizeof(nint)) & 0xFFFF);
        int saltLength = selected.SaltLength();
        Span<byte> material = stackalloc byte[2 * (16 + saltLength)];
        fixed (byte* output = material, label = "EXTRACTOR-dtls_srtp"u8)
        {
            if (LibSsl.SSL_export_keying_material(_ssl, output, material.Length, label, 19, null, 0, 0) != 1)
            {
                return null;
            }
        }

        SrtpKeys keys = SrtpKeys.FromExporter(selected, material, isServer: _role == DtlsRole.Server);
        CryptographicOperations.ZeroMemory(material);
        return keys;
    }

    // Cuts what OpenSSL wrote at the record borders and packs whole records into datagrams.
    private bool CollectDatagrams(bool keepAsFlight)
    {
        int pending = (int)LibSsl.BIO_ctrl(_outgoingBio, LibSsl.BioPending, 0, 0);
        if (pending <= 0)
        {
            return false;
        }

        byte[] rented = ArrayPool<byte>.Shared.Rent(pending);
        fixed (byte* bytes = rented)
        {
            pending = LibSsl.BIO_read(_outgoingBio, bytes, pending);
        }

        if (keepAsFlight)
        {
            _flight.Clear();
        }

        ReadOnlySpan<byte> rest = rented.AsSpan(0, Math.Max(pending, 0));
        while (!rest.IsEmpty)
        {
            int length = PackRecords(rest);
            byte[] datagram = rest[..length].ToArray();
            rest = rest[length..];
            _outgoing.Enqueue(datagram);
            if (keepAsFlight && _flight.Count < FlightDatagramsMax)
            {
                _flight.Add(datagram);
            }
        }

        ArrayPool<byte>.Shared.Return(rented, clearArray: false);
        return true;
    }

    private static int PackRecords(ReadOnlySpan<byte> records)
    {
        int length = 0;
        while (records.Length - length >= RecordHeaderLength)
        {
            int record = RecordHeaderLength + BinaryPrimitives.ReadUInt16BigEndian(records[(length + 11)..]);
            if (record > records.Length - length || (length > 0 && length + record > DatagramMax))
            {
                break;
            }

            length += record;
        }

        return length == 0 ? records.Length : length;
    }
}
