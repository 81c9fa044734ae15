using System.Globalization;
using System.Text;

namespace Nsn.Verification.Bench;

/// <summary>The ROC of every check as one small SVG.</summary>
internal static class RocPlot
{
    private const int Edge = 360;
    private const int Margin = 40;

    private static readonly string[] s_colours =
        ["#1b6ca8", "#d1495b", "#2e933c", "#8a5a9e", "#e08e2b", "#3a3a3a", "#17a2a2", "#a6761d", "#c77dba", "#7f8c8d", "#556b2f", "#b22222"];

    public static string Draw(IReadOnlyList<Evaluation.Check> checks)
    {
        var svg = new StringBuilder();
        void Line(FormattableString line) => svg.AppendLine(line.ToString(CultureInfo.InvariantCulture));
        Line($"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {Edge + Margin + 220} {Edge + (2 * Margin)}\" font-family=\"sans-serif\" font-size=\"12\">");
        Line($"<rect x=\"{Margin}\" y=\"20\" width=\"{Edge}\" height=\"{Edge}\" fill=\"#fff\" stroke=\"#999\"/>");
        Line($"<text x=\"{Margin + (Edge / 2)}\" y=\"{Edge + 50}\" text-anchor=\"middle\">honest clips rejected</text>");
        Line($"<text transform=\"rotate(-90)\" x=\"{-(20 + (Edge / 2))}\" y=\"24\" text-anchor=\"middle\">cheats rejected</text>");
        for (var i = 0; i < checks.Count; i++)
        {
            var points = checks[i].Curve.Append([0, 0]).Append([1, 1]).OrderBy(point => point[0]).ThenBy(point => point[1])
                .Select(point => FormattableString.Invariant($"{Margin + (point[0] * Edge):0.#},{20 + ((1 - point[1]) * Edge):0.#}"));
            var colour = s_colours[i % s_colours.Length];
            Line($"<polyline fill=\"none\" stroke=\"{colour}\" stroke-width=\"1.8\" points=\"{string.Join(' ', points)}\"/>");
            Line($"<text x=\"{Edge + Margin + 12}\" y=\"{36 + (i * 18)}\" fill=\"{colour}\">{checks[i].Name}, AUC {checks[i].AreaUnderCurve:0.00}</text>");
        }

        svg.AppendLine("</svg>");
        return svg.ToString();
    }
}
