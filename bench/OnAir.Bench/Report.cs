using System.Text.Json;

namespace Nsn.OnAir.Bench;

/// <summary>What was measured.</summary>
internal sealed class Report
{
    public static JsonSerializerOptions Json { get; } = new() { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    /// <summary>The longest that a join may take to the first picture, and that a picture may stand still where the viewer's own gateway lives.</summary>
    public const double JoinSecondsMax = 2, FreezeSecondsMax = 2;

    public PromptFigures? Prompts { get; set; }

    public JoinFigures? Joins { get; set; }

    public List<RestFigures> Rest { get; } = [];

    public List<ViewerFigures> Viewers { get; } = [];

    public List<FreezeFigures> Freezes { get; } = [];

    /// <summary>Aims that were missed, in words.</summary>
    public List<string> Missed { get; } = [];
}

/// <summary>One resource of the stack, with the processes that it started, while nobody watches.</summary>
/// <param name="Resource">Its name.</param>
/// <param name="Processes">How many processes it is.</param>
/// <param name="ProcessorPercent">Processor time per wall time; 100 is one core.</param>
/// <param name="Megabytes">Memory at the end; what its processes share counts once.</param>
internal sealed record RestFigures(string Resource, int Processes, double ProcessorPercent, double Megabytes);

/// <summary>The gateway's process with a number of viewers on it.</summary>
/// <param name="Viewers">Players connected over WebRTC data channels.</param>
/// <param name="ProcessorPercent">Processor time of the gateway per wall time; 100 is one core.</param>
/// <param name="ResidentMegabytes">Its resident memory at the end.</param>
/// <param name="MegabitsPerSecond">What all viewers received together.</param>
/// <param name="ViewersWithPicture">Viewers that got chunks during the measurement.</param>
internal sealed record ViewerFigures(int Viewers, double ProcessorPercent, double ResidentMegabytes, double MegabitsPerSecond, int ViewersWithPicture);

/// <summary>What a viewer saw of a fault.</summary>
/// <param name="Fault">What was done.</param>
/// <param name="LongestFreezeSeconds">Longest time between two new pictures on the screen.</param>
/// <param name="FrozenSeconds">All time beyond half a second between two new pictures.</param>
/// <param name="FillerSeconds">Time with the badge at anything but certified.</param>
/// <param name="CertifiedAgainSeconds">From the fault to the last return of the certified badge.</param>
/// <param name="Verdicts">What the badge showed, in order.</param>
internal sealed record FreezeFigures(
    string Fault, double LongestFreezeSeconds, double FrozenSeconds, double FillerSeconds, double CertifiedAgainSeconds, string Verdicts);

/// <summary>From a person's prompt to its certificate.</summary>
/// <param name="Prompts">How many were sent, one after the other.</param>
/// <param name="CertifiedMedianSeconds">From sending it until the gateway says that it is certified: the wait for a slot that is still free included.</param>
/// <param name="CertifiedMaxSeconds">The longest of them.</param>
/// <param name="StageMedianSeconds">Of that, each stage of the slot.</param>
internal sealed record PromptFigures(int Prompts, double CertifiedMedianSeconds, double CertifiedMaxSeconds, IReadOnlyDictionary<string, double> StageMedianSeconds);

/// <summary>From opening the page, in a browser that has never seen it, to the first picture. Where filler is on air at that moment, a certified one has to be waited for.</summary>
/// <param name="Joins">How often.</param>
/// <param name="PictureMedianSeconds">Until the first picture, median.</param>
/// <param name="PictureMaxSeconds">The longest.</param>
/// <param name="CertifiedMedianSeconds">Until the first picture under the certified badge, median.</param>
/// <param name="CertifiedMaxSeconds">The longest.</param>
internal sealed record JoinFigures(int Joins, double PictureMedianSeconds, double PictureMaxSeconds, double CertifiedMedianSeconds, double CertifiedMaxSeconds);
