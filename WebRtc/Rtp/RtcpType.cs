namespace Nsn.WebRtc.Rtp;

/// <summary>Numbers of RTCP packet types and feedback formats.</summary>
internal static class RtcpType
{
    public const int SenderReport = 200;
    public const int ReceiverReport = 201;
    public const int SourceDescription = 202;
    public const int Bye = 203;
    public const int TransportFeedback = 205;
    public const int PayloadFeedback = 206;

    public const int NackFormat = 1;
    public const int TransportWideFormat = 15;
    public const int PictureLossFormat = 1;
    public const int FullIntraFormat = 4;
    public const int ApplicationFormat = 15;
}
