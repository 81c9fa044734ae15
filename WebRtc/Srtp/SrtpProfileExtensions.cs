namespace Nsn.WebRtc.Srtp;

/// <summary>The sizes of the profiles, bytes.</summary>
public static class SrtpProfileExtensions
{
    /// <summary>The length of the master salt.</summary>
    public static int SaltLength(this SrtpProfile profile) => profile == SrtpProfile.AeadAes128Gcm ? 12 : 14;

    /// <summary>What protection adds to an RTP packet.</summary>
    public static int TagLength(this SrtpProfile profile) => profile == SrtpProfile.AeadAes128Gcm ? 16 : 10;
}
