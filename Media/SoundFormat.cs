namespace Nsn.Media;

/// <summary>The one form of sound within the house: 48 kHz, one channel, float samples from -1 to 1, packets of 20 ms.</summary>
public static class SoundFormat
{
    /// <summary>Samples per second.</summary>
    public const int SampleRate = 48_000;

    /// <summary>Samples of one Opus packet: 20 ms.</summary>
    public const int FrameSamples = SampleRate / 50;

    /// <summary>Packets per second.</summary>
    public const int PacketsPerSecond = 50;
}
