using System.Globalization;
using Nsn.WebRtc.Dtls;
using Nsn.WebRtc.Ice;
using Nsn.WebRtc.Media;
using Nsn.WebRtc.Sdp;
using Nsn.WebRtc.Sessions;

namespace Nsn.WebRtc.Tests;

/// <summary>What browsers, OBS, GStreamer, libdatachannel and aiortc offer gets the answer that they can use. See Offers/README.md.</summary>
public class OfferTests
{
    private static readonly DtlsCertificate Certificate = DtlsCertificate.CreateEphemeral();

    public static TheoryData<string> All => [.. Directory.EnumerateFiles(Folder, "*.sdp").Select(file => Path.GetFileNameWithoutExtension(file)).Order(StringComparer.Ordinal)];

    private static string Folder => Path.Combine(AppContext.BaseDirectory, "Offers");

    [Theory]
    [MemberData(nameof(All))]
    public void answer_mirrors_the_offer(string name)
    {
        SessionDescription offer = Read(name);
        SessionDescription answer = Answer(name, MediaCodec.Vp8, MediaCodec.H264);
        Assert.True(answer.Has("ice-lite"));
        Assert.Equal(offer.Media.Count, answer.Media.Count);
        List<string> alive = [];
        for (int i = 0; i < offer.Media.Count; i++)
        {
            SdpMedia offered = offer.Media[i];
            SdpMedia answered = answer.Media[i];
            Assert.Equal(offered.Kind, answered.Kind);
            Assert.Equal(offered.Protocol, answered.Protocol);
            Assert.Equal(offered.Get("mid"), answered.Get("mid"));
            Assert.Subset(offered.Formats.ToHashSet(), answered.Formats.ToHashSet());
            Assert.NotEqual(0, answered.Port);
            alive.Add(answered.Get("mid")!);
            Assert.Equal("passive", answer.Get(answered, "setup"));
            Assert.Equal(Certificate.Fingerprint, answer.Get(answered, "fingerprint"));
            Assert.Equal(i == 0, answered.Has("candidate"));
            if (offered.Kind != "application")
            {
                CheckMedia(offered, answered);
            }
        }

        Assert.Equal("BUNDLE " + string.Join(' ', alive), answer.Get("group"));
    }

    [Theory]
    [InlineData("chromium-whep", MediaCodec.Vp8)]
    [InlineData("chromium-whep", MediaCodec.H264)]
    [InlineData("chromium-whep", MediaCodec.Vp9)]
    [InlineData("chromium-whip", MediaCodec.Vp8)]
    [InlineData("firefox-whep", MediaCodec.Vp8)]
    [InlineData("firefox-whip", MediaCodec.Vp8)]
    [InlineData("gstreamer-whep", MediaCodec.Vp8)]
    [InlineData("gstreamer-whip", MediaCodec.Vp8)]
    [InlineData("libdatachannel-whep", MediaCodec.Vp8)]
    [InlineData("libdatachannel-whep", MediaCodec.H264)]
    [InlineData("libdatachannel-whip", MediaCodec.Vp8)]
    [InlineData("safari-whep", MediaCodec.Vp8)]
    [InlineData("safari-whep", MediaCodec.H264)]
    [InlineData("safari-whep", MediaCodec.Vp9)]
    [InlineData("safari-whip", MediaCodec.H264)]
    [InlineData("obs-whip", MediaCodec.H264)]
    public void channels_codec_is_found_under_the_payload_type_of_the_offer(string name, MediaCodec codec)
    {
        SdpMedia offered = Read(name).Media.Single(media => media.Kind == "video");
        SdpMedia answered = Answer(name, codec).Media.Single(media => media.Kind == "video");
        RtpCodec chosen = RtpCodec.ReadAll(answered)[0];
        Assert.True(chosen.Is(codec.SdpName()), chosen.Name);
        RtpCodec asOffered = Assert.Single(RtpCodec.ReadAll(offered), item => item.PayloadType == chosen.PayloadType);
        Assert.True(asOffered.Is(codec.SdpName()), asOffered.Name);
        if (codec == MediaCodec.H264)
        {
            Assert.Equal("1", chosen.Parameter("packetization-mode"));
            Assert.StartsWith("42", chosen.Parameter("profile-level-id"), StringComparison.OrdinalIgnoreCase);
        }

        // RTX where the peer has it for this codec.
        string payloadType = chosen.PayloadType.ToString(CultureInfo.InvariantCulture);
        bool hasRtx = RtpCodec.ReadAll(offered).Any(item => item.Is("rtx") && item.Parameter("apt") == payloadType);
        Assert.Equal(hasRtx, RtpCodec.ReadAll(answered).Any(item => item.Is("rtx") && item.Parameter("apt") == payloadType));
    }

    [Theory]
    [InlineData("libdatachannel-data", "sctp-port", "5000")]
    [InlineData("aiortc-data", "sctpmap", "5000 webrtc-datachannel 65535")]
    public void data_channels_are_answered_in_the_form_of_the_offer(string name, string attribute, string value)
    {
        SdpMedia answered = Answer(name, MediaCodec.Vp8).Media.Single(media => media.Kind == "application");
        Assert.Equal(value, answered.Get(attribute));
        Assert.Equal("262144", answered.Get("max-message-size"));
    }

    [Fact]
    public void obs_without_the_channels_codec_is_refused_with_a_reason()
    {
        // Its audio alone would be taken, and nobody would see why there is no picture: so the section for video is refused, the rest stands.
        SessionDescription answer = Answer("obs-whip", MediaCodec.Vp8);
        Assert.Equal(0, answer.Media.Single(media => media.Kind == "video").Port);
        Assert.Equal("BUNDLE 0", answer.Get("group"));
    }

    [Fact]
    public void thousands_of_feedback_lines_for_all_payload_types_are_not_thousands_of_each()
    {
        string formats = string.Join(' ', Enumerable.Range(0, 128));
        IEnumerable<string> lines = Enumerable.Range(0, 128).Select(i => $"a=rtpmap:{i} VP8/90000").Concat(Enumerable.Range(0, 3_000).Select(i => $"a=rtcp-fb:* x{i}"));
        string offer = $"v=0\r\nm=video 9 UDP/TLS/RTP/SAVPF {formats}\r\n{string.Join("\r\n", lines)}\r\n";
        Assert.True(SessionDescription.TryParse(offer, out SessionDescription? description, out string? reason), reason);
        IReadOnlyList<RtpCodec> codecs = RtpCodec.ReadAll(description!.Media[0]);
        Assert.Equal(128, codecs.Count);
        Assert.True(codecs.Sum(codec => codec.Feedback.Count) <= 128 * RtpCodec.FeedbackMax);
    }

    private static void CheckMedia(SdpMedia offered, SdpMedia answered)
    {
        Assert.Equal(offered.Direction == "recvonly" ? "sendonly" : "recvonly", answered.Direction);
        Assert.True(answered.Has("rtcp-mux"));
        Assert.Equal(offered.Has("rtcp-mux-only"), answered.Has("rtcp-mux-only"));
        Assert.Subset(offered.All("extmap").Select(value => value.Split(' ')[1]).ToHashSet(), answered.All("extmap").Select(value => value.Split(' ')[1]).ToHashSet());
        foreach (string extension in answered.All("extmap"))
        {
            string[] parts = extension.Split(' ');
            Assert.Contains(offered.All("extmap"), value => value.Split(' ')[0].Split('/')[0] == parts[0] && value.Split(' ')[1] == parts[1]);
        }
    }

    private static SessionDescription Answer(string name, params MediaCodec[] codecs)
    {
        bool publishes = name.EndsWith("-whip", StringComparison.Ordinal);
        SessionOptions options = new()
        {
            Certificate = Certificate,
            Candidates = [IceCandidate.Host(VirtualNetwork.ServerAddress.ToEndPoint())],
            VideoCodecs = [.. codecs],
            SendMedia = !publishes,
            ReceiveMedia = publishes,
            Random = new SeededRandomSource(1),
        };
        string text = ReadText(name);
        Assert.True(WebRtcSession.TryAccept(text, options, TimeSpan.Zero, out WebRtcSession? session, out string answer, out string? reason), reason);
        session!.Dispose();
        Assert.True(SessionDescription.TryParse(answer, out SessionDescription? description, out reason), reason);
        return description!;
    }

    private static SessionDescription Read(string name)
    {
        Assert.True(SessionDescription.TryParse(ReadText(name), out SessionDescription? description, out string? reason), reason);
        return description!;
    }

    // With the line ends of the wire.
    internal static string ReadText(string name) => File.ReadAllText(Path.Combine(Folder, name + ".sdp")).ReplaceLineEndings("\r\n");
}
