using System.Text.Json;
using CsCheck;
using PatchTools.Evaluation;
using PatchTools.Families;
using PatchTools.Testing;
using Xunit;
using static PatchTools.Engine.Tests.Evaluation.MadeUpBaseline;

namespace PatchTools.Engine.Tests.Evaluation;

/// <summary>What holds for every baseline on every host.</summary>
public sealed class EvaluationPropertyTests
{
    private static readonly string[] _suites = ["", "REL", "UPD", "SEC", "UNTRUSTED", "SEC REL", "HOST"];
    private static readonly string[] _advisories = ["", "adv=A", "adv=B", "adv=C,A", "adv=D"];
    private static readonly string[] _entries =
    [
        "p0",
        "p1*",
        "p2-1.3-1",
        "*",
        "1.2-1",
        "nothing",
        "CVE-1",
        "p3 >= 1.2-1",
        "?1",
        "p0.amd64:1.1-1",
    ];

    private static readonly Gen<ApprovalRule> _rule = Gen.Select(
        Gen.Int[0, 5],
        Gen.Bool,
        Gen.Int[0, 3],
        Gen.Int[0, 400],
        (level, nonSecurity, filter, days) =>
            new ApprovalRule
            {
                ComplianceLevel = (ComplianceLevel)level,
                EnableNonSecurity = nonSecurity,
                ApproveAfterDays = days,
                Filters = filter switch
                {
                    0 => [],
                    1 => [Filter("PRODUCT", "*")],
                    2 => [Filter("PRODUCT", "*", "x")],
                    _ => [Filter("PRODUCT", "nothing")],
                },
            }
    );

    private static readonly Gen<PatchBaseline> _baseline = Gen.Select(
        _rule.Array[0, 3],
        Gen.Int[0, _entries.Length - 1].Array[0, 3],
        Gen.Int[0, _entries.Length - 1].Array[0, 2],
        Gen.Bool,
        Gen.Bool,
        (rules, approved, rejected, block, nonSecurity) =>
            Of("DEBIAN", rules)
                .Approving(ComplianceLevel.MEDIUM, nonSecurity, [.. approved.Select(i => _entries[i])])
                .Rejecting(
                    block ? RejectedPatchesAction.BLOCK : RejectedPatchesAction.ALLOW_AS_DEPENDENCY,
                    [.. rejected.Select(i => _entries[i])]
                )
    );

    /// <summary>
    /// For each package the numbers of its versions (distinct), where they are offered, and which is installed (-1:
    /// none).
    /// </summary>
    private static readonly Gen<(int[] Versions, int[] Places, int Installed)[]> _packages = Gen.Select(
        Gen.Int[0, 5].Array[1, 4].Select(v => v.Distinct().ToArray()),
        Gen.Int[0, 99].Array[4],
        Gen.Int[-1, 3]
    ).Array[1, 5];

    public static TheoryData<PackageFamily> Families =>
        [PackageFamily.Apt, PackageFamily.Dnf, PackageFamily.Yum, PackageFamily.Zypper];

    [Theory]
    [MemberData(nameof(Families))]
    public void The_same_request_gives_the_same_report_and_the_order_of_versions_changes_nothing(
        PackageFamily family
    ) =>
        Gen.Select(_baseline, _packages)
            .ForAll(
                (baseline, packages) =>
                {
                    var forward = Host(family, packages, backwards: false);
                    var once = Digest(forward.Evaluate(baseline));
                    return once == Digest(forward.Evaluate(baseline))
                        && once == Digest(Host(family, packages, backwards: true).Evaluate(baseline));
                },
                cases: 1_000
            );

    [Theory]
    [MemberData(nameof(Families))]
    public void Every_installed_package_is_one_finding_that_explains_itself_and_every_other_at_most_counted(
        PackageFamily family
    ) =>
        Gen.Select(_baseline, _packages)
            .ForAll(
                (baseline, packages) =>
                {
                    var request = Host(family, packages, backwards: false).Request(baseline);
                    var report = BaselineEvaluator.Evaluate(request);
                    Assert.Equal(
                        request.Inventory.Installed.Select(i => i.Name).Order(StringComparer.Ordinal),
                        report.Findings.Select(f => f.Name).Order(StringComparer.Ordinal)
                    );
                    Assert.InRange(report.Counts.NotApplicable, 0, packages.Length - report.Findings.Count);
                    foreach (var finding in report.Findings)
                    {
                        var why = finding.Explanation;
                        Assert.InRange(finding.Why.Length, 10, 80);
                        Assert.DoesNotContain('\n', finding.Why);
                        Assert.NotEmpty(why.Observations);
                        Assert.Equal(finding.State == PatchState.Missing, finding.AvailableVersion.Length > 0);
                        Assert.Contains(finding.Id, finding.Title, StringComparison.Ordinal);
                        Assert.True(why.ApprovedFrom is null || why.HeldBackEdition is not null);
                        Assert.True(why.Rule is null or >= 1 && (why.Rule ?? 0) <= baseline.ApprovalRules.Count);
                        switch (why.Decision)
                        {
                            case DecisionKind.ApprovalRule:
                                Assert.True(finding.State is PatchState.Missing or PatchState.Installed);
                                Assert.NotNull(why.Rule);
                                break;
                            case DecisionKind.ApprovedList:
                                Assert.True(finding.State is PatchState.Missing or PatchState.Installed);
                                Assert.Contains(why.ListEntry, baseline.ApprovedPatches);
                                break;
                            case DecisionKind.RejectedList:
                                Assert.True(finding.State is PatchState.InstalledRejected or PatchState.InstalledOther);
                                Assert.Contains(why.ListEntry, baseline.RejectedPatches);
                                break;
                            default:
                                Assert.Equal(PatchState.InstalledOther, finding.State);
                                break;
                        }
                    }
                },
                cases: 1_000
            );

    [Fact]
    public void Observations_are_written_once_and_can_be_serialised()
    {
        var explanation = MadeUpHost
            .Apt()
            .Package("a", "1.1 SEC", "1.0*")
            .Finding(Ubuntu(Rule(ComplianceLevel.LOW)), "a")
            .Explanation;
        Assert.Same(explanation.Observations[0], explanation.Observations[0]);
        Assert.Contains(
            "\"judged 1.1, offered by focal-security",
            JsonSerializer.Serialize(explanation),
            StringComparison.Ordinal
        );
    }

    private static string Digest(ComplianceReport report) =>
        JsonSerializer.Serialize(
            new
            {
                report.Findings,
                report.Counts,
                report.NonCompliantSeverity,
                report.Warnings,
            }
        );

    private static MadeUpHost Host(
        PackageFamily family,
        (int[] Versions, int[] Places, int Installed)[] packages,
        bool backwards
    )
    {
        var host = family switch
        {
            PackageFamily.Apt => MadeUpHost.Apt(),
            PackageFamily.Dnf => MadeUpHost.Dnf(),
            PackageFamily.Yum => MadeUpHost.Yum(),
            _ => MadeUpHost.Zypper(),
        };
        host.Advisory("A", "security", "Low", "2026-01-01", "CVE-1")
            .Advisory("B", "security", "Critical", "2026-06-29", "CVE-2")
            .Advisory("C", "bugfix", "", null)
            .Advisory("D", "", "Important", "2025-08-01", "CVE-1", "CVE-3");
        for (var i = 0; i < packages.Length; i++)
        {
            var (versions, places, installed) = packages[i];
            List<string> texts = [];
            for (var j = 0; j < versions.Length; j++)
            {
                var place =
                    family == PackageFamily.Apt
                        ? _suites[places[j] % _suites.Length]
                        : $"BASE {_advisories[places[j] % _advisories.Length]}";
                if (j == installed)
                    texts.Add($"1.{versions[j]}-1* {(places[j] % 3 == 0 ? "" : place)}");
                else if (place.Length > 0)
                    texts.Add($"1.{versions[j]}-1 {place}");
            }

            if (backwards)
                texts.Reverse();
            if (texts.Count > 0)
                host.Package($"p{i}", [.. texts]);
        }

        return host;
    }
}
