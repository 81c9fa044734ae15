namespace Nsn.WebRtc.Sctp.Tests;

internal static class TestData
{
    public static byte[] Bytes(int seed, int length)
    {
        byte[] bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }
}
