using System.Text;
using System.Xml.Linq;
using PatchTools.Evaluation;
using PatchTools.Presentation;
using Xunit;
using static PatchTools.Engine.Tests.Evaluation.MadeUpBaseline;

namespace PatchTools.Engine.Tests.Evaluation;

/// <summary>Every count that does not comply keeps a report from being green, alone and beside any other.</summary>
public sealed class VerdictTests
{
    private static readonly (PatchState State, string Says)[] s_open =
    [
        (PatchState.Missing, "is missing"),
        (PatchState.Failed, "failed to install"),
        (PatchState.InstalledRejected, "is installed but rejected"),
        (PatchState.InstalledPendingReboot, "waits for a reboot"),
    ];

    private static readonly PatchState[] s_well = [PatchState.Installed, PatchState.InstalledOther];

    /// <summary>One state, two states, and the same state twice.</summary>
    public static TheoryData<PatchState, PatchState?> Open()
    {
        var pairs = new TheoryData<PatchState, PatchState?>();
        foreach (var (state, _) in s_open)
        {
            pairs.Add(state, null);
            foreach (var other in s_open.Select(o => o.State).Concat(s_well))
                pairs.Add(state, other);
        }

        return pairs;
    }

    [Theory]
    [MemberData(nameof(Open))]
    public void What_does_not_comply_is_never_green(PatchState first, PatchState? second)
    {
        var report = Report([first, .. second is { } other ? [other] : Array.Empty<PatchState>()]);

        Assert.Equal(ComplianceVerdict.NonCompliant, report.Verdict);
        Assert.StartsWith("Not compliant: ", report.VerdictText, StringComparison.Ordinal);
        foreach (var (state, says) in s_open)
        {
            var count = (first == state ? 1 : 0) + (second == state ? 1 : 0);
            var text = count switch
            {
                0 => null,
                1 => $"1 patch {says}",
                _ => "2 patches ",
            };
            if (text is not null)
                Assert.Contains(text, report.VerdictText, StringComparison.Ordinal);
            else
                Assert.DoesNotContain(says, report.VerdictText, StringComparison.Ordinal);
        }

        var open = s_open.Count(o => o.State == first) + s_open.Count(o => o.State == second);
        var junit = Encoding.UTF8.GetString(ReportExport.Write(report, ReportFormat.JUnit, []));
        Assert.Equal(
            open.ToString(System.Globalization.CultureInfo.InvariantCulture),
            XDocument.Parse(junit).Root!.Attribute("failures")!.Value
        );
        Assert.Contains(
            "class=\"verdict NonCompliant\"",
            Encoding.UTF8.GetString(ReportExport.Write(report, ReportFormat.Html, [])),
            StringComparison.Ordinal
        );
    }

    [Theory]
    [InlineData(PatchState.Installed)]
    [InlineData(PatchState.InstalledOther)]
    public void What_complies_is_green(PatchState state)
    {
        var report = Report([state]);

        Assert.Equal(ComplianceVerdict.Compliant, report.Verdict);
        Assert.StartsWith("Compliant: ", report.VerdictText, StringComparison.Ordinal);
    }

    private static ComplianceReport Report(IReadOnlyList<PatchState> states)
    {
        var judged = MadeUpHost
            .Apt()
            .Package("a", "1.1* SEC")
            .Evaluate(Ubuntu(Rule(ComplianceLevel.CRITICAL).WithNonSecurity()));
        List<PatchFinding> findings =
        [
            .. states.Select(
                (state, i) => judged.Findings[0] with { Name = FormattableString.Invariant($"p{i}"), State = state }
            ),
        ];
        return judged with { Findings = findings, Counts = ComplianceCounting.Count(findings, notApplicable: 0) };
    }
}
