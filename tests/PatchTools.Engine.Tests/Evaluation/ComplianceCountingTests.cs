using System.Text;
using System.Xml.Linq;
using PatchTools.Evaluation;
using PatchTools.Model;
using PatchTools.Presentation;
using Xunit;

namespace PatchTools.Engine.Tests.Evaluation;

public sealed class ComplianceCountingTests
{
    [Fact]
    public void A_non_compliant_package_may_count_as_critical_and_as_security()
    {
        var counts = ComplianceCounting.Count(
            [
                Finding("a", PatchState.Missing, ComplianceLevel.CRITICAL, "Security"),
                Finding("b", PatchState.Failed, ComplianceLevel.CRITICAL),
                Finding("c", PatchState.InstalledRejected, ComplianceLevel.LOW, "security"),
                Finding("d", PatchState.InstalledPendingReboot),
                Finding("e", PatchState.Installed, ComplianceLevel.CRITICAL, "Security"),
                Finding("f", PatchState.InstalledOther),
            ],
            notApplicable: 7
        );
        Assert.Equal(
            new ComplianceCounts
            {
                Installed = 1,
                InstalledOther = 1,
                InstalledRejected = 1,
                InstalledPendingReboot = 1,
                Missing = 1,
                Failed = 1,
                NotApplicable = 7,
                CriticalNonCompliant = 2,
                SecurityNonCompliant = 2,
                OtherNonCompliant = 1,
            },
            counts
        );
    }

    [Fact]
    public void The_severity_of_a_report_is_at_least_informational_and_absent_when_everything_complies()
    {
        Assert.Null(
            ComplianceCounting.NonCompliantSeverity([Finding("a", PatchState.Installed, ComplianceLevel.CRITICAL)])
        );
        Assert.Equal(
            ComplianceLevel.INFORMATIONAL,
            ComplianceCounting.NonCompliantSeverity([Finding("a", PatchState.Missing)])
        );
        Assert.Equal(
            ComplianceLevel.HIGH,
            ComplianceCounting.NonCompliantSeverity([
                Finding("a", PatchState.Missing),
                Finding("b", PatchState.Failed, ComplianceLevel.HIGH),
            ])
        );
    }

    [Fact]
    public void Quirk_the_severity_of_a_report_counts_packages_that_wait_for_a_reboot() =>
        Assert.Equal(
            ComplianceLevel.HIGH,
            ComplianceCounting.NonCompliantSeverity([
                Finding("a", PatchState.InstalledPendingReboot, ComplianceLevel.HIGH),
            ])
        );

    [Fact]
    public void A_report_is_ordered_by_state_and_by_name_in_code_point_order_and_keeps_ties()
    {
        var ordered = ComplianceCounting.InReportOrder([
            Finding("z", PatchState.Failed),
            Finding("a", PatchState.Missing),
            Finding("b", PatchState.InstalledPendingReboot),
            Finding("\U0001F600", PatchState.Installed),
            Finding("\uFFFD", PatchState.Installed),
            Finding("a", PatchState.Installed) with
            {
                Architecture = "second",
            },
            Finding("a", PatchState.Installed) with
            {
                Architecture = "first",
            },
            Finding("B", PatchState.Installed),
            Finding("c", PatchState.InstalledRejected),
            Finding("d", PatchState.InstalledOther),
        ]);
        Assert.Equal(["B", "a", "a", "\uFFFD", "\U0001F600", "d", "c", "b", "a", "z"], ordered.Select(f => f.Name));
        Assert.Equal(
            ["second", "first"],
            ordered.Where(f => f is { Name: "a", State: PatchState.Installed }).Select(f => f.Architecture)
        );
    }

    [Theory]
    [InlineData("tool-a tool-b", "tool-b tool-a")]
    [InlineData("tool tool-a", "tool-a tool")]
    [InlineData("a\uFFFD a\U0001F600", "a\U0001F600 a\uFFFD")]
    [InlineData("\U0001F600 \U0001F601", "\U0001F601 \U0001F600")]
    public void Names_are_ordered_by_the_first_letter_that_differs(string ordered, string given) =>
        Assert.Equal(
            ordered,
            string.Join(
                ' ',
                ComplianceCounting
                    .InReportOrder(given.Split(' ').Select(name => Finding(name, PatchState.Installed)))
                    .Select(f => f.Name)
            )
        );

    [Theory]
    [InlineData(PatchOperation.Scan, false, PatchState.Missing)]
    [InlineData(PatchOperation.Install, false, PatchState.Failed)]
    [InlineData(PatchOperation.Install, true, PatchState.Missing)]
    public void Missing_means_failed_after_an_install_without_an_override_list(
        PatchOperation operation,
        bool hasList,
        PatchState state
    )
    {
        Assert.Equal(state, OperationState.Of(PatchState.Missing, operation, hasList));
        Assert.Equal(PatchState.InstalledOther, OperationState.Of(PatchState.InstalledOther, operation, hasList));
    }

    [Fact]
    public void The_verdict_is_one_plain_sentence()
    {
        var host = MadeUpHost.Apt().Package("a", "1.1 SEC", "1.0*").Package("b", "1.0*");
        var games = MadeUpBaseline
            .Rule(ComplianceLevel.LOW, MadeUpBaseline.Filter("SECTION", "games"))
            .WithNonSecurity();
        host.Package("c", "1.0 REL section=games");
        Assert.Equal(
            "Not compliant: 1 patch is missing.",
            host.Evaluate(MadeUpBaseline.Ubuntu(MadeUpBaseline.Rule(ComplianceLevel.LOW))).VerdictText
        );
        Assert.Equal(
            "Compliant: nothing the baseline approves is missing among 2 installed packages.",
            host.Evaluate(MadeUpBaseline.Ubuntu(games)).VerdictText
        );
        Assert.Equal(
            "Nothing judged: the baseline has neither approval rules nor approved patches, so nothing can be "
                + "found missing.",
            host.Evaluate(MadeUpBaseline.Ubuntu()).VerdictText
        );
        var unproven = host.Evaluate(MadeUpBaseline.Ubuntu()) is var report
            ? report with
            {
                Inventory = report.Inventory with
                {
                    Repositories =
                    [
                        new RepositoryHealth { Name = "http://r x main", Status = RepositoryStatus.NeverFetched },
                    ],
                },
            }
            : null;
        Assert.Equal(
            "Cannot tell: http://r x main has no recent metadata; by what is known, nothing the baseline approves is missing among 2 installed packages.",
            unproven!.VerdictText
        );
    }

    public static TheoryData<PatchState?, PatchState?> OpenStates
    {
        get
        {
            PatchState[] states =
            [
                PatchState.Missing,
                PatchState.Failed,
                PatchState.InstalledRejected,
                PatchState.InstalledPendingReboot,
            ];
            var pairs = new TheoryData<PatchState?, PatchState?> { { null, null } };
            for (var i = 0; i < states.Length; i++)
            {
                pairs.Add(states[i], null);
                for (var j = i; j < states.Length; j++)
                    pairs.Add(states[i], states[j]);
            }

            return pairs;
        }
    }

    /// <summary>One that is taken off instead of added would let two cancel each other out.</summary>
    [Theory]
    [MemberData(nameof(OpenStates))]
    public void What_is_to_do_counts_alone_and_in_pairs(PatchState? first, PatchState? second)
    {
        var open = new[] { first, second }.OfType<PatchState>().ToList();
        List<PatchFinding> findings =
        [
            Finding("fine", PatchState.Installed),
            .. open.Select((state, i) => Finding($"p{i}", state)),
        ];
        var report = MadeUpHost
            .Apt()
            .Package("fine", "1.0* REL")
            .Evaluate(MadeUpBaseline.Ubuntu(MadeUpBaseline.Rule(ComplianceLevel.LOW).WithNonSecurity())) with
        {
            Findings = findings,
            Counts = ComplianceCounting.Count(findings, notApplicable: 0),
        };

        var isCompliant = open.Count == 0;
        Assert.Equal(isCompliant ? ComplianceVerdict.Compliant : ComplianceVerdict.NonCompliant, report.Verdict);
        Assert.StartsWith(
            isCompliant ? "Compliant: " : "Not compliant: ",
            report.VerdictText,
            StringComparison.Ordinal
        );
        foreach (var state in open.GroupBy(state => state))
            Assert.Contains(Said(state.Key, state.Count()), report.VerdictText, StringComparison.Ordinal);
        var suite = XDocument.Parse(Encoding.UTF8.GetString(JUnitReport.Write(report))).Root!;
        Assert.Equal(
            (findings.Count, open.Count, 0),
            ((int)suite.Attribute("tests")!, (int)suite.Attribute("failures")!, (int)suite.Attribute("errors")!)
        );
        var summary = new PatchSummary
        {
            BaselineId = "",
            SnapshotId = "",
            ExecutionId = "",
            Operation = "Scan",
            RebootOption = "",
            OperationStart = report.Start,
            OperationEnd = report.End,
            Counts = report.Counts,
            Path = "",
        };
        Assert.Equal(isCompliant, summary.IsCompliant);
        Assert.Equal(isCompliant, (summary with { Verdict = report.Verdict }).IsCompliant);
    }

    private static string Said(PatchState state, int count) =>
        (count == 1 ? "1 patch " : "2 patches ")
        + state switch
        {
            PatchState.Missing => count == 1 ? "is missing" : "are missing",
            PatchState.Failed => "failed to install",
            PatchState.InstalledRejected => count == 1 ? "is installed but rejected" : "are installed but rejected",
            _ => count == 1 ? "waits for a reboot" : "wait for a reboot",
        };

    private static PatchFinding Finding(
        string name,
        PatchState state,
        ComplianceLevel level = ComplianceLevel.UNSPECIFIED,
        string classification = ""
    ) =>
        new()
        {
            Name = name,
            Architecture = "amd64",
            State = state,
            Id = name,
            Title = name,
            ComplianceLevel = level,
            Classification = classification,
            Explanation = new FindingExplanation { Decision = DecisionKind.NoRule, Summary = "made up" },
        };
}
