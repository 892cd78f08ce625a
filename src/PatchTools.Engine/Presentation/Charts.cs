using System.Globalization;
using PatchTools.Model;

namespace PatchTools.Presentation;

/// <summary>One bar of a chart.</summary>
/// <param name="Label">What it counts.</param>
/// <param name="Count">How many.</param>
/// <param name="Style">Class of the style sheet that colours it.</param>
internal sealed record Bar(string Label, int Count, string Style);

/// <summary>One column of the trend.</summary>
internal sealed record TrendPoint(DateTimeOffset Time, ComplianceCounts Counts);

/// <summary>
/// The page's two kinds of chart as inline SVG: bars, and columns over time. A plotting library would write fixed
/// colours and measured text; here colours come from the page's style sheet, so that one drawing serves light, dark and
/// paper, and every mark has a name that is read aloud.
/// </summary>
internal static class Charts
{
    private const int Width = 340;
    private const int RowHeight = 26;
    private const int LabelWidth = 164;
    private const int NumberWidth = 40;

    private const int TrendHeight = 140;
    private const int TrendLeft = 30;
    private const int TrendBottom = 22;
    private const int WidestColumn = 28;

    /// <summary>Runs shown: what fits legibly.</summary>
    private const int MostPoints = 40;

    private static readonly StateWord[] _series = [.. StateWords.All.Where(word => !word.IsCompliant)];

    public static void Bars(HtmlText html, string name, IReadOnlyList<Bar> bars)
    {
        var most = Math.Max(1, bars.Max(bar => bar.Count));
        var height = bars.Count * RowHeight;
        html.Markup(
            $"<svg role=\"img\" viewBox=\"0 0 {Width} {height}\"><title>{name}: "
                + $"{string.Join(", ", bars.Select(bar => $"{bar.Label} {ReportWords.Number(bar.Count)}"))}</title>"
        );
        for (var i = 0; i < bars.Count; i++)
        {
            var (bar, top) = (bars[i], i * RowHeight);
            double room = Width - LabelWidth - NumberWidth;
            var length = bar.Count == 0 ? 0 : Math.Max(2, room * bar.Count / most);
            html.Markup(
                    $"<text x=\"0\" y=\"{top + 17}\">{bar.Label}</text><rect class=\"track\" "
                        + $"x=\"{LabelWidth}\" y=\"{top + 5}\" width=\"{room}\" height=\"16\" rx=\"3\"/>"
                )
                .Markup(
                    $"<rect class=\"{bar.Style}\" x=\"{LabelWidth}\" y=\"{top + 5}\" width=\"{length}\" "
                        + $"height=\"16\" rx=\"3\"/><text x=\"{Width}\" y=\"{top + 17}\" "
                        + $"text-anchor=\"end\">{bar.Count}</text>"
                );
        }

        html.Markup("</svg>");
    }

    private static int Open(ComplianceCounts counts) => _series.Sum(series => series.Count(counts));

    private static string Told(StateWord word, ComplianceCounts counts) =>
        $"{word.Name} {ReportWords.Number(word.Count(counts))}";

    /// <summary>Columns of what does not comply, oldest first.</summary>
    public static void Trend(HtmlText html, IReadOnlyList<TrendPoint> points)
    {
        points = [.. points.TakeLast(MostPoints)];
        var most = Math.Max(1, points.Max(point => Open(point.Counts)));
        double room = Width - TrendLeft;
        double height = TrendHeight - TrendBottom - 8;
        var step = Math.Min(room / points.Count, WidestColumn * 1.6);
        var column = Math.Min(step * .7, WidestColumn);
        var open = points.Select(point => $"{Day(point)} {ReportWords.Number(Open(point.Counts))}");
        html.Markup(
                $"<svg role=\"img\" viewBox=\"0 0 {Width} {TrendHeight}\"><title>Packages that do not comply: "
                    + $"{string.Join(", ", open)}"
                    + "</title>"
            )
            .Markup(
                $"<line class=\"axis\" x1=\"{TrendLeft}\" y1=\"8\" x2=\"{Width}\" y2=\"8\"/><line "
                    + $"class=\"axis\" x1=\"{TrendLeft}\" y1=\"{8 + height}\" x2=\"{Width}\" y2=\"{8 + height}\"/>"
            )
            .Markup(
                $"<text class=\"quiet\" x=\"{TrendLeft - 6}\" y=\"12\" text-anchor=\"end\">{most}</text><text "
                    + $"class=\"quiet\" x=\"{TrendLeft - 6}\" y=\"{12 + height}\" text-anchor=\"end\">0</text>"
            );
        for (var i = 0; i < points.Count; i++)
        {
            var left = TrendLeft + (i * step) + ((step - column) / 2);
            Column(html, points[i], left, column, height, most);
        }

        html.Markup(
                $"<text class=\"quiet\" x=\"{TrendLeft}\" "
                    + $"y=\"{TrendHeight - 4}\">{Day(points[0])}</text><text class=\"quiet\" "
                    + $"x=\"{TrendLeft + (points.Count * step)}\" y=\"{TrendHeight - 4}\" "
                    + $"text-anchor=\"end\">{Day(points[^1])}</text></svg>"
            )
            .Markup("<ul class=\"key\">");
        foreach (var series in _series.Where(series => points.Any(point => series.Count(point.Counts) > 0)))
            html.Markup(
                $"<li><svg viewBox=\"0 0 10 10\" aria-hidden=\"true\"><rect class=\"{series.Wire}\" "
                    + $"width=\"10\" height=\"10\" rx=\"2\"/></svg>{series.Name}</li>"
            );
        html.Markup("</ul>");
    }

    private static void Column(HtmlText html, TrendPoint point, double left, double width, double height, int most)
    {
        var top = 8 + height;
        html.Markup(
            $"<g><title>{ReportWords.Time(point.Time)}: "
                + $"{string.Join(", ", _series.Select(series => Told(series, point.Counts)))}</title>"
        );
        foreach (var series in _series)
        {
            var part = height * series.Count(point.Counts) / most;
            if (part <= 0)
                continue;
            top -= part;
            html.Markup(
                $"<rect class=\"{series.Wire}\" x=\"{left}\" y=\"{top}\" width=\"{width}\" height=\"{part}\"/>"
            );
        }

        // Invisible, so that a run with nothing to do can be pointed at too.
        html.Markup($"<rect x=\"{left}\" y=\"8\" width=\"{width}\" height=\"{height}\" fill=\"transparent\"/></g>");
    }

    private static string Day(TrendPoint point) =>
        point.Time.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
