using System.Security.Cryptography;
using Nsn.WebRtc.Srtp;

namespace Nsn.WebRtc.Bench;

/// <summary>What protecting one packet of 1,100 bytes takes, in processor time; .NET's own AES-GCM beside it.</summary>
internal static class SrtpBench
{
    private const int Rounds = 9;
    private const int PacketsPerRound = 50_000;

    public static void Measure(Dictionary<string, double> output)
    {
        foreach (SrtpProfile profile in new[] { SrtpProfile.AeadAes128Gcm, SrtpProfile.Aes128CmHmacSha1Tag80 })
        {
            using SrtpSender sender = new(profile, new byte[16], new byte[profile.SaltLength()]);
            byte[] packet = new byte[1_200];
            packet[0] = 0x80;
            ulong index = 0;
            output[profile == SrtpProfile.AeadAes128Gcm ? "srtp_protect_ns" : "srtp_protect_cm_ns"] =
                Median(() => sender.ProtectRtp(packet, 24, 1_100, index++));
        }

        using AesGcm gcm = new(new byte[16], 16);
        byte[] data = new byte[1_200];
        byte[] nonce = new byte[12];
        output["dotnet_aes_gcm_ns"] = Median(() => gcm.Encrypt(nonce, data.AsSpan(24, 1_076), data.AsSpan(24, 1_076), data.AsSpan(1_100, 16), data.AsSpan(0, 24)));
    }

    private static double Median(Action protect)
    {
        List<double> rounds = [];
        for (int round = 0; round < Rounds; round++)
        {
            TimeSpan start = Environment.CpuUsage.TotalTime; // not of the clock on the wall: others may work on the machine
            for (int i = 0; i < PacketsPerRound; i++)
            {
                protect();
            }

            rounds.Add((Environment.CpuUsage.TotalTime - start).TotalNanoseconds / PacketsPerRound);
        }

        rounds.Sort();
        return rounds[Rounds / 2];
    }
}
