using System.Text;
using PatchTools.Model;
using static PatchTools.Presentation.ReportWords;

namespace PatchTools.Presentation;

/// <summary>Verdict, counts and what is to do in GitHub's Markdown: short enough for a ticket.</summary>
internal static class MarkdownReport
{
    /// <summary>
    /// What Markdown, or HTML inside of it, takes for more than text in the middle of a line: emphasis, code, links,
    /// tags, entities, mentions, cells.
    /// </summary>
    private const string Special = "\\`*_[]<>|&@$~";

    public static string Write(ComplianceReport report)
    {
        var (snapshot, inventory) = (report.Snapshot, report.Inventory);
        var text = new StringBuilder();
        text.Append("# Patch report of ")
            .Append(Escape(HostOf(report)))
            .Append("\n\n**")
            .Append(Escape(report.VerdictText))
            .Append("**\n\n");
        foreach (var caution in inventory.Cautions)
            text.Append("Caution: ").Append(Escape(caution)).Append("\n\n");
        text.Append("| | |\n| --- | --- |\n");
        Row(
            text,
            "Host",
            inventory.OperatingSystem.PrettyName is { Length: > 0 } system
                ? $"{HostOf(report)}, {system}"
                : HostOf(report)
        );
        Row(text, "Baseline", snapshot.BaselineId is { } id ? $"{BaselineOf(report)} ({id})" : BaselineOf(report));
        Row(text, report.OperationText, Time(report.End));
        text.Append("\n## Counts\n\n| State | Packages |\n| --- | ---: |\n");
        foreach (var word in StateWords.All)
            Row(text, word.Name, Number(word.Count(report.Counts)));

        ToDo(text, report);
        List<RepositoryHealth> ill =
        [
            .. inventory.Repositories.Where(repository => repository.Status != RepositoryStatus.Ok),
        ];
        if (ill.Count > 0)
        {
            text.Append("\n## Repositories\n\n| Repository | Status | What to do |\n| --- | --- | --- |\n");
            foreach (var repository in ill)
                Row(text, repository.Name, repository.Status.ToString(), repository.Message ?? "");
        }

        var warnings = WarningsOf(report);
        if (warnings.Count > 0)
        {
            text.Append("\n## Warnings\n\n");
            foreach (var warning in warnings)
                text.Append("- ").Append(Escape(warning)).Append('\n');
        }

        return text.ToString();
    }

    private static void ToDo(StringBuilder text, ComplianceReport report)
    {
        List<PatchFinding> open = [.. Importance.Order(report.Findings).Where(finding => !finding.IsCompliant)];
        if (open.Count == 0)
            return;
        text.Append(
            "\n## To do\n\n| Package | State | Installed | Available | Severity | CVEs | Why |\n| --- | "
                + "--- | --- | --- | --- | --- | --- |\n"
        );
        foreach (var finding in open)
            Row(
                text,
                finding.Name,
                StateWords.Of(finding.State).Name,
                finding.InstalledVersion,
                finding.AvailableVersion,
                string.Join(' ', SeverityWords.Of(finding)),
                string.Join(' ', finding.CveIds),
                finding.Setback?.Reason ?? finding.Why
            );
    }

    private static void Row(StringBuilder text, params string[] cells) =>
        text.Append("| ").AppendJoin(" | ", cells.Select(Escape)).Append(" |\n");

    /// <summary>
    /// Dots, hyphens and the like inside of names and versions are harmless, and escaping them would spoil the plain
    /// text.
    /// </summary>
    private static string Escape(string value)
    {
        var text = new StringBuilder();
        foreach (var c in Clean(value))
        {
            if (Special.Contains(c, StringComparison.Ordinal))
                text.Append('\\');
            text.Append(c);
        }

        return text.ToString();
    }
}
