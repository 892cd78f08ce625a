using System.Globalization;

namespace PatchTools.Presentation;

/// <summary>
/// How an assessment of the need for a reboot looks at the prompt: the verdict, the reasons, what would have to be
/// restarted, what could not be told.
/// </summary>
public static class RebootLines
{
    private const int NarrowestWidth = 60;
    private const int WidestWidth = 160;
    private const int LabelWidth = 10;

    /// <summary>The view, one text a line.</summary>
    /// <param name="assessment">What to show.</param>
    /// <param name="columns">Width of the screen.</param>
    /// <param name="colours">Its colours, or <see cref="ViewColours.None"/>.</param>
    public static IReadOnlyList<string> Of(RebootAssessment assessment, int columns, ViewColours colours)
    {
        var width = Math.Clamp(columns - 1, NarrowestWidth, WidestWidth);
        var colour = assessment.IsRequired == false ? colours.Verdict(ComplianceVerdict.Compliant) : colours.Caution;
        List<string> lines =
        [
            .. TextTable
                .Wrap(Verdict(assessment), width)
                .Select(line => colour.Length == 0 ? line : $"{colour}{line}{colours.Reset}"),
            "",
        ];
        AddList(lines, "Reason", assessment.Reasons.Select(reason => reason.Text), width);
        AddList(lines, "Unknown", assessment.Unknown, width);
        AddList(lines, "Restart", assessment.Services.Concat(assessment.Processes), width);
        AddList(lines, "Kernel", assessment.RunningKernel.Length > 0 ? [assessment.RunningKernel] : [], width);
        AddList(
            lines,
            "Booted",
            assessment.BootTime is { } boot
                ? [string.Create(CultureInfo.InvariantCulture, $"{boot.UtcDateTime:yyyy-MM-dd HH:mm:ss}Z")]
                : [],
            width
        );
        return lines;
    }

    /// <summary>The reasons follow, so the verdict need not repeat them.</summary>
    private static string Verdict(RebootAssessment assessment) =>
        assessment.IsRequired switch
        {
            true => "Reboot needed.",
            null => "Cannot tell whether a reboot is needed.",
            false => assessment.VerdictText,
        };

    private static void AddList(List<string> lines, string label, IEnumerable<string> texts, int width)
    {
        foreach (var text in texts)
        {
            lines.AddRange(TextTable.Row([LabelWidth, width - LabelWidth - 2], [label, text]));
            label = "";
        }
    }
}
