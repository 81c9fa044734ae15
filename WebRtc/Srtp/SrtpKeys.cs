namespace Nsn.WebRtc.Srtp;

/// <summary>The master keys and salts of both directions.</summary>
/// <param name="Profile">The profile.</param>
/// <param name="LocalKey">16 bytes: what we send with.</param>
/// <param name="LocalSalt">12 (GCM) or 14 bytes.</param>
/// <param name="RemoteKey">16 bytes: what the peer sends with.</param>
/// <param name="RemoteSalt">12 (GCM) or 14 bytes.</param>
public sealed record SrtpKeys(SrtpProfile Profile, byte[] LocalKey, byte[] LocalSalt, byte[] RemoteKey, byte[] RemoteSalt)
{
    private const int KeyLength = 16;

    /// <summary>Splits the exporter's output: client key, server key, client salt, server salt (RFC 5764 section 4.2).</summary>
    internal static SrtpKeys FromExporter(SrtpProfile profile, ReadOnlySpan<byte> material, bool isServer)
    {
        int saltLength = profile.SaltLength();
        byte[] clientKey = material[..KeyLength].ToArray();
        byte[] serverKey = material.Slice(KeyLength, KeyLength).ToArray();
        byte[] clientSalt = material.Slice(2 * KeyLength, saltLength).ToArray();
        byte[] serverSalt = material.Slice((2 * KeyLength) + saltLength, saltLength).ToArray();
        return isServer
            ? new SrtpKeys(profile, serverKey, serverSalt, clientKey, clientSalt)
            : new SrtpKeys(profile, clientKey, clientSalt, serverKey, serverSalt);
    }
}
