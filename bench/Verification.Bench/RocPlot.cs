using System.Globalization;
using System.Text;

namespace Nsn.Verification.Bench;

/// <summary>The ROC of every verdict (thick) and every check as one small SVG.</summary>
internal static class RocPlot
{
    private const int Edge = 360;
    private const int Margin = 40;

    private static readonly string[] s_colours =
        ["#1b6ca8", "#d1495b", "#2e933c", "#8a5a9e", "#e08e2b", "#3a3a3a", "#17a2a2", "#a6761d", "#c77dba", "#7f8c8d", "#556b2f", "#b22222",
         "#4b6584", "#20bf6b", "#fa8231", "#8854d0", "#778ca3", "#0fb9b1", "#b8860b", "#808000", "#cd5c5c"];

    public static string Draw(IReadOnlyList<(string Name, Roc Roc)> curves)
    {
        var svg = new StringBuilder();
        void Line(FormattableString line) => svg.AppendLine(line.ToString(CultureInfo.InvariantCulture));
        Line($"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {Edge + Margin + 320} {Edge + (2 * Margin)}\" font-family=\"sans-serif\" font-size=\"12\">");
        Line($"<rect x=\"{Margin}\" y=\"20\" width=\"{Edge}\" height=\"{Edge}\" fill=\"#fff\" stroke=\"#999\"/>");
        Line($"<text x=\"{Margin + (Edge / 2)}\" y=\"{Edge + 50}\" text-anchor=\"middle\">honest clips rejected</text>");
        Line($"<text transform=\"rotate(-90)\" x=\"{-(20 + (Edge / 2))}\" y=\"24\" text-anchor=\"middle\">cheats rejected</text>");
        for (var i = 0; i < curves.Count; i++)
        {
            var (name, roc) = curves[i];
            var points = roc.Curve.Select(point => FormattableString.Invariant($"{Margin + (point[0] * Edge):0.#},{20 + ((1 - point[1]) * Edge):0.#}"));
            var colour = s_colours[i % s_colours.Length];
            var verdict = name.StartsWith("verdict", StringComparison.Ordinal);
            Line($"<polyline fill=\"none\" stroke=\"{colour}\" stroke-width=\"{(verdict ? 3.5 : 1.4)}\" points=\"{string.Join(' ', points.Distinct())}\"/>");
            Line($"<text x=\"{Edge + Margin + 12}\" y=\"{32 + (i * 17)}\" fill=\"{colour}\"{(verdict ? " font-weight=\"bold\"" : "")}>{name}, AUC {roc.AreaUnderCurve:0.000}</text>");
        }

        svg.AppendLine("</svg>");
        return svg.ToString();
    }
}
