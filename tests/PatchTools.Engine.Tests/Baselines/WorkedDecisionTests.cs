using System.Text.RegularExpressions;
using PatchTools.Baselines;
using PatchTools.Engine.Tests.Evaluation;
using Xunit;
using static PatchTools.Engine.Tests.Evaluation.MadeUpBaseline;

namespace PatchTools.Engine.Tests.Baselines;

/// <summary>
/// The decisions that about_PatchBaselines tells are those of the evaluator, to the letter. With
/// <c>PATCHTOOLS_APPROVE=1</c> they are written into the page instead of compared.
/// </summary>
public sealed class WorkedDecisionTests
{
    private static readonly string _page = Path.Combine(Root(), "module", "docs", "en-US", "about_PatchBaselines.md");

    [Fact]
    public void On_apt() =>
        Tells(
            "apt",
            MadeUpHost
                .Apt()
                .Package("perl-base", "5.36.0-7+deb12u2 SEC prio=required", "5.36.0-7+deb12u1* REL prio=required")
                .Package("tzdata", "2025b-0+deb12u1 UPD prio=required", "2024b-0+deb12u1* REL prio=required")
                .Package("curl", "7.88.1-10+deb12u12 SEC", "7.88.1-10+deb12u8* REL")
                .Evaluate(Ubuntu(Rule(ComplianceLevel.HIGH, Filter("PRIORITY", "Required", "Important"))))
        );

    [Fact]
    public void On_dnf() =>
        Tells(
            "dnf",
            MadeUpHost
                .Dnf()
                .Advisory("RHSA-2026:4001", "security", "Important", "2026-06-20", "CVE-2026-1001")
                .Advisory("RHSA-2026:4102", "security", "Critical", "2026-06-28", "CVE-2026-1002")
                .Package("openssl", "3.0.7-28.el9 BASE adv=RHSA-2026:4001", "3.0.7-27.el9*")
                .Package("curl", "7.76.1-31.el9 BASE adv=RHSA-2026:4102", "7.76.1-29.el9*")
                .Package("vim", "8.2.2637-21.el9 BASE built=2026-01-05", "8.2.2637-20.el9*")
                .Evaluate(
                    RedHat(
                        Rule(ComplianceLevel.CRITICAL, Classification("Security"), Severity("Critical", "Important"))
                            .After(7)
                    )
                )
        );

    [Fact]
    public void On_yum()
    {
        var baseline = Amazon2(
            Rule(ComplianceLevel.CRITICAL, Classification("security")),
            Rule(ComplianceLevel.MEDIUM, Classification("Security", "Bugfix"))
        );
        Assert.Contains(
            BaselineCheck.Of(baseline, null),
            issue => issue is { Kind: BaselineIssueKind.NeverMatches, Where: "Rule 1" }
        );
        Tells(
            "yum",
            MadeUpHost
                .Yum()
                .Advisory("ALAS2-2026-2201", "security", "important", "2026-06-20", "CVE-2026-1001")
                .Advisory("ALAS2-2026-2202", "bugfix", "low", "2026-06-21")
                .Package("openssl", "1:1.0.2k-24.amzn2.0.13 BASE adv=ALAS2-2026-2201", "1:1.0.2k-24.amzn2.0.12*")
                .Package("tzdata", "2025b-1.amzn2 BASE adv=ALAS2-2026-2202", "2025a-1.amzn2*")
                .Evaluate(baseline)
        );
    }

    [Fact]
    public void On_zypper() =>
        Tells(
            "zypper",
            MadeUpHost
                .Zypper()
                .Advisory(
                    "SUSE-SLE-Module-Basesystem-15-SP6-2026-1200",
                    "security",
                    "important",
                    "2026-06-20",
                    "CVE-2026-1001"
                )
                .Package(
                    "kernel-default",
                    "6.4.0-150600.23.50.1 BASE adv=SUSE-SLE-Module-Basesystem-15-SP6-2026-1200",
                    "6.4.0-150600.23.47.2*"
                )
                .Package("vim", "9.1.1101-150500.20.24.1 BASE built=2026-05-01", "9.1.0836-150500.20.15.1*")
                .Package("telnet", "1.2-167.1 BASE", "1.2-165.63*")
                .Evaluate(
                    Suse(new ApprovalRule { ComplianceLevel = ComplianceLevel.HIGH, ApproveAfterDays = 7 })
                        .Rejecting(RejectedPatchesAction.BLOCK, "telnet")
                )
        );

    private static void Tells(string family, ComplianceReport report)
    {
        var told = string.Concat(
            report.Findings.Select(finding =>
                $"{finding.Name} {finding.InstalledVersion}"
                + (finding.AvailableVersion.Length > 0 ? $" -> {finding.AvailableVersion}" : "")
                + $"\n    {finding.State}: {finding.Why}\n"
            )
        );
        var text = File.ReadAllText(_page);
        var part = new Regex(
            $"(?<=### A decision on {family}\n(?:(?!###|```).)*```text\n)(?:(?!```).)*",
            RegexOptions.Singleline
        );
        if (Environment.GetEnvironmentVariable("PATCHTOOLS_APPROVE") == "1")
            File.WriteAllText(_page, part.Replace(text, told, 1));
        else
            Assert.Equal(told, part.Match(text).Value);
    }

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "PatchTools.psd1")))
            folder = folder.Parent;
        return folder?.FullName ?? throw new DirectoryNotFoundException("The tests do not lie in the repository.");
    }
}
