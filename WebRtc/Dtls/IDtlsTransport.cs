using Nsn.WebRtc.Srtp;

namespace Nsn.WebRtc.Dtls;

/// <summary>
/// A DTLS association without sockets and clocks: datagrams in, datagrams out. OpenSSL speaks DTLS 1.2 behind it today; DTLS 1.3 can follow.
/// </summary>
internal interface IDtlsTransport : IDisposable
{
    /// <summary>How far it is.</summary>
    DtlsState State { get; }

    /// <summary>Why it failed; null if it did not.</summary>
    string? FailureReason { get; }

    /// <summary>The profile and keys for SRTP; null before it is connected or if the peer did not ask for SRTP.</summary>
    SrtpKeys? SrtpKeys { get; }

    /// <summary>When <see cref="HandleTimeout"/> wants to be called next.</summary>
    TimeSpan Deadline { get; }

    /// <summary>Starts: a client sends its ClientHello.</summary>
    void Start(TimeSpan now);

    /// <summary>Takes a datagram of the peer's.</summary>
    void Handle(ReadOnlySpan<byte> datagram, TimeSpan now);

    /// <summary>Resends the last flight if its time came.</summary>
    void HandleTimeout(TimeSpan now);

    /// <summary>The next datagram to send; 0 if there is none.</summary>
    int PollDatagram(Span<byte> destination);

    /// <summary>The next decrypted message of the peer's; 0 if there is none.</summary>
    int PollApplicationData(Span<byte> destination);

    /// <summary>Encrypts a message into one datagram, written to <paramref name="datagram"/>. Call it only when <see cref="PollDatagram"/> has nothing.</summary>
    /// <param name="message">At most <see cref="OpenSslDtlsTransport.ApplicationDataMax"/> bytes.</param>
    /// <param name="datagram">At least <see cref="OpenSslDtlsTransport.DatagramMax"/> bytes.</param>
    /// <returns>The datagram's length; 0 if the message cannot be sent.</returns>
    int Encrypt(ReadOnlySpan<byte> message, Span<byte> datagram);

    /// <summary>Says close_notify.</summary>
    void Close();
}
