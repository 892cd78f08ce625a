using System.Globalization;
using PatchTools.Text;

namespace PatchTools.Presentation;

/// <summary>
/// How a plan looks at the prompt: what would change in one sentence, what it costs, what is left out and why, then
/// every package.
/// </summary>
public static class PlanLines
{
    private const int NarrowestWidth = 60;
    private const int WidestWidth = 160;
    private const int LabelWidth = 10;
    private const int WidestName = 32;
    private const int NarrowestNote = 20;

    /// <summary>Services named; the rest is counted.</summary>
    private const int ShownServices = 8;

    /// <summary>Of the column in the format file.</summary>
    private const int VersionsWidth = 24;

    private static readonly string[] Headings = ["Name", $"From {FindingCells.Arrow} To", "Note"];

    /// <summary>The view, one text a line.</summary>
    /// <param name="plan">What to show.</param>
    /// <param name="columns">Width of the screen.</param>
    /// <param name="colours">Its colours, or <see cref="ViewColours.None"/>.</param>
    public static IReadOnlyList<string> Of(InstallPlan plan, int columns, ViewColours colours)
    {
        var width = Math.Clamp(columns - 1, NarrowestWidth, WidestWidth);
        List<string> lines = [.. TextTable.Wrap(plan.Summary, width)];
        var facts = Facts(plan).ToList();
        if (facts.Count > 0)
            lines.Add("");
        foreach (var (label, text) in facts)
            lines.AddRange(Labelled(label, text, width));
        foreach (var setback in plan.Setbacks)
            lines.AddRange(
                Labelled("Left out", $"{setback.Target}: {setback.Reason}", width)
                    .Select(line => Coloured(colours.Caution, line, colours))
            );
        lines.AddRange(Changes(plan, width, colours));
        return lines;
    }

    /// <summary>
    /// <c>from → to</c> for a cell of the table of changes, one above the other where it is too narrow for both.
    /// </summary>
    public static string VersionsCell(PlannedChange change)
    {
        var text = TerminalText.Cell(Versions(change));
        return text.Length <= VersionsWidth
            ? text
            : text.Replace($" {FindingCells.Arrow} ", $" {FindingCells.Arrow}\n", StringComparison.Ordinal);
    }

    private static IEnumerable<(string Label, string Text)> Facts(InstallPlan plan)
    {
        if (plan.IsEmpty)
            yield break;
        if (plan.DownloadBytes is { } download)
            yield return (
                "Download",
                plan.InstalledSizeChange is { } change
                    ? $"{Size(download)}, disk {(change < 0 ? "−" : "+")}{Size(Math.Abs(change))}"
                    : Size(download)
            );
        yield return (
            "Reboot",
            plan.ExpectedReboot.Count == 0
                ? "not expected"
                : $"expected: {string.Join("; ", plan.ExpectedReboot.Select(reason => reason.Text))}"
        );
        if (plan.Services.Count > 0)
        {
            var more =
                plan.Services.Count > ShownServices
                    ? string.Create(CultureInfo.InvariantCulture, $" (plus {plan.Services.Count - ShownServices} more)")
                    : "";
            yield return (
                "Services",
                $"likely to restart: {string.Join(", ", plan.Services.Take(ShownServices))}{more}"
            );
        }
    }

    /// <summary>In units of 1000, as apt and dnf count.</summary>
    private static string Size(long bytes) =>
        bytes switch
        {
            >= 1_000_000_000 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e9:0.0} GB"),
            >= 1_000_000 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e6:0.0} MB"),
            >= 1_000 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e3:0} kB"),
            _ => string.Create(CultureInfo.InvariantCulture, $"{bytes} bytes"),
        };

    private static IEnumerable<string> Changes(InstallPlan plan, int width, ViewColours colours)
    {
        if (plan.IsEmpty)
            yield break;
        var name = Math.Clamp(plan.Changes.Max(change => change.Name.Length), Headings[0].Length, WidestName);
        var versions = Math.Clamp(
            plan.Changes.Max(change => Versions(change).Length),
            Headings[1].Length,
            width - name - NarrowestNote - 4
        );
        int[] widths = [name, versions, width - name - versions - 4];
        foreach (var group in plan.Changes.GroupBy(change => change.Action).OrderBy(group => group.Key))
        {
            yield return "";
            yield return Coloured(
                group.Key is PlannedAction.Remove or PlannedAction.Downgrade ? colours.Bad : "",
                string.Create(CultureInfo.InvariantCulture, $"{group.Key} ({group.Count()})"),
                colours
            );
            yield return "";
            yield return Coloured(colours.Heading, string.Join("\n", TextTable.Row(widths, Headings)), colours);
            yield return Coloured(
                colours.Heading,
                string.Join(
                    "\n",
                    TextTable.Row(widths, [.. Headings.Select(heading => new string('-', heading.Length))])
                ),
                colours
            );
            foreach (
                var line in group.SelectMany(change =>
                    TextTable.Row(widths, [change.Name, Versions(change), Note(change)])
                )
            )
                yield return line;
        }
    }

    private static string Versions(PlannedChange change) =>
        (change.FromVersion, change.ToVersion) switch
        {
            (var from, "") => from,
            ("", var to) => to,
            var (from, to) when from == to => to,
            var (from, to) => $"{from} {FindingCells.Arrow} {to}",
        };

    private static string Note(PlannedChange change) =>
        change.Note ?? (change.IsRequested || change.Action == PlannedAction.Remove ? "" : "needed by the others");

    private static IEnumerable<string> Labelled(string label, string text, int width) =>
        TextTable.Row([LabelWidth, width - LabelWidth - 2], [label, text]);

    private static string Coloured(string colour, string line, ViewColours colours) =>
        colour.Length == 0 ? line : $"{colour}{line}{colours.Reset}";
}
