using PatchTools.Evaluation;
using PatchTools.Families;
using Xunit;
using static PatchTools.Engine.Tests.Evaluation.MadeUpBaseline;

namespace PatchTools.Engine.Tests.Evaluation;

/// <summary>Which offered version of an rpm package counts as its update, and with which advisories.</summary>
public sealed class RpmUpdatesTests
{
    private static readonly ApprovalRule Security = Rule(
        ComplianceLevel.HIGH,
        Classification("Security", "security"),
        Severity("*")
    );

    private static readonly ApprovalRule Everything = Rule(ComplianceLevel.LOW, Classification("*")) with
    {
        EnableNonSecurity = true,
    };

    public static TheoryData<PackageFamily> Families => [PackageFamily.Dnf, PackageFamily.Yum, PackageFamily.Zypper];

    [Theory]
    [MemberData(nameof(Families))]
    public void Quirk_an_update_from_noarch_to_the_host_s_own_architecture_is_the_same_package(PackageFamily family)
    {
        var host = Host(family)
            .Advisory("A", "security", "Important", "2026-01-01", "CVE-1")
            .Package(Of("tool", "noarch", "1.0-1*"))
            .Package(Of("tool", "x86_64", "1.1-1 BASE adv=A"))
            .Package(Of("tool", "i686", "1.2-1 BASE"));
        var finding = host.Finding(RedHat(Security), "tool");
        Assert.Equal(
            (PatchState.Missing, "tool.x86_64", "1.0-1", "1.1-1", "noarch"),
            (
                finding.State,
                finding.Id,
                finding.InstalledVersion,
                finding.AvailableVersion,
                finding.InstalledArchitecture
            )
        );
        Assert.Equal("tool.x86_64:0:1.1-1", finding.Title);
        Assert.Equal(["CVE-1"], finding.CveIds);
        var target = Assert.Single(InstallSelection.Of(host.Evaluate(RedHat(Security))).Targets);
        Assert.Equal(("x86_64", "noarch"), (target.Architecture, target.InstalledArchitecture));
    }

    /// <summary>As the real tools have it: see the kept cases of the differential tests.</summary>
    [Theory]
    [InlineData(PackageFamily.Dnf, PatchState.Installed)]
    [InlineData(PackageFamily.Zypper, PatchState.Missing)]
    public void A_lesser_architecture_with_an_update_follows_noarch_where_the_host_s_own_is_offered_without_one(
        PackageFamily family,
        PatchState state
    )
    {
        var host = Host(family)
            .Package(Of("tool", "noarch", "1.1-1* BASE"))
            .Package(Of("tool", "x86_64", "1.0-1 BASE"))
            .Package(Of("tool", "i686", "1.2-1 BASE"));

        Assert.Equal(state, host.Finding(RedHat(Everything), "tool").State);
    }

    /// <summary>
    /// Each package is <c>ARCHITECTURE VERSIONS</c>; what an update follows, <c>FROM → TO</c>, or nothing. As the
    /// resolvers have it: noarch and the host's architectures change places, nothing else does.
    /// </summary>
    [Theory]
    [InlineData(PackageFamily.Dnf, "noarch 1.0-1*;ppc64le 1.1-1 BASE", "")]
    [InlineData(PackageFamily.Dnf, "noarch 1.0-1*;i686 1.1-1 BASE", "noarch → i686 1.1-1")]
    [InlineData(PackageFamily.Dnf, "i686 1.0-1*;x86_64 1.0-1 BASE;noarch 1.1-1 BASE", "i686 → noarch 1.1-1")]
    [InlineData(PackageFamily.Dnf, "x86_64 1.0-1*;noarch 1.0-1*|1.1-1 BASE", "noarch → noarch 1.1-1")]
    [InlineData(PackageFamily.Dnf, "noarch 1.0-1*;x86_64 1.0-1*|1.1-1 BASE", "x86_64 → x86_64 1.1-1")]
    [InlineData(PackageFamily.Dnf, "i686 1.0-1*;noarch 1.0-1*;x86_64 1.1-1 BASE", "")]
    [InlineData(PackageFamily.Dnf, "x86_64 1.0-1*;i686 1.0-1*;noarch 1.1-1 BASE", "x86_64 → noarch 1.1-1")]
    [InlineData(PackageFamily.Dnf, "noarch 1.0-1*;x86_64 1.1-1 GONE;i686 1.2-1 BASE", "noarch → i686 1.2-1")]
    [InlineData(PackageFamily.Zypper, "noarch 1.0-1*;x86_64 1.1-1 GONE;i686 1.2-1 BASE", "noarch → i686 1.2-1")]
    [InlineData(PackageFamily.Zypper, "noarch 1.0-1*;x86_64 1.0-1 BASE;i686 1.2-1 BASE", "noarch → i686 1.2-1")]
    [InlineData(PackageFamily.Zypper, "noarch 1.0-1*;x86_64 1.1-1 BASE;i686 1.2-1 BASE", "noarch → x86_64 1.1-1")]
    [InlineData(PackageFamily.Dnf, "noarch 1.0-1*;i686 1.2-1 BASE;x86_64 1.0-1 BASE", "")]
    [InlineData(PackageFamily.Dnf, "noarch 1.0-1*;i686 1.2-1 BASE;x86_64 1.1-1 BASE", "noarch → x86_64 1.1-1")]
    public void An_update_goes_from_noarch_to_the_best_architecture_of_the_host_or_back(
        PackageFamily family,
        string packages,
        string update
    )
    {
        var host = Host(family).RemembersGone();
        foreach (var package in packages.Split(';').Select(p => p.Split(' ', 2)))
            host.Package(Of("tool", package[0], package[1].Split('|')));

        var missing = host.Evaluate(RedHat(Everything)).Findings.Where(f => f.State == PatchState.Missing);

        Assert.Equal(
            update,
            string.Join(", ", missing.Select(f => $"{f.InstalledArchitecture} → {f.Architecture} {f.AvailableVersion}"))
        );
    }

    /// <summary>What an installed package can become is no package of its own; what it cannot is.</summary>
    [Theory]
    [InlineData("noarch 1.0-1*;x86_64 1.1-1 BASE", 0)]
    [InlineData("x86_64 1.0-1*;noarch 1.1-1 BASE", 0)]
    [InlineData("x86_64 1.0-1*;i686 1.1-1 BASE", 1)]
    [InlineData("i686 1.0-1*;noarch 1.1-1 BASE;x86_64 1.1-1 BASE", 1)]
    [InlineData("noarch 1.0-1*;ppc64le 1.1-1 BASE", 1)]
    public void Another_architecture_is_counted_where_it_is_another_package(string packages, int count)
    {
        var host = MadeUpHost.Dnf();
        foreach (var package in packages.Split(';').Select(p => p.Split(' ', 2)))
            host.Package(Of("tool", package[0], package[1].Split('|')));

        Assert.Equal(count, host.Evaluate(RedHat(Everything)).Counts.NotApplicable);
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void An_update_from_the_host_s_own_architecture_to_noarch_is_the_same_package(PackageFamily family)
    {
        var report = Host(family)
            .Advisory("A", "security", "Important", "2026-01-01", "CVE-1")
            .Package(Of("tool", "x86_64", "1.0-1*"))
            .Package(Of("tool", "noarch", "1.1-1 BASE adv=A"))
            .Evaluate(RedHat(Everything));
        var finding = Assert.Single(report.Findings);
        Assert.Equal(
            (PatchState.Missing, "tool.noarch", "1.1-1"),
            (finding.State, finding.Id, finding.AvailableVersion)
        );
        Assert.Equal(0, report.Counts.NotApplicable);
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void Another_architecture_than_noarch_is_another_package(PackageFamily family)
    {
        var report = Host(family)
            .Package(Of("lib", "i686", "1.0-1* BASE"))
            .Package(Of("lib", "x86_64", "1.1-1 BASE"))
            .Evaluate(RedHat(Everything));
        var finding = Assert.Single(report.Findings);
        Assert.Equal(("lib.i686", ""), (finding.Id, finding.AvailableVersion));
        Assert.Equal(1, report.Counts.NotApplicable);
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void Of_two_installed_architectures_one_goes_to_noarch(PackageFamily family)
    {
        var report = Host(family)
            .Package(Of("lib", "x86_64", "1.0-1* BASE"))
            .Package(Of("lib", "i686", "1.0-1* BASE"))
            .Package(Of("lib", "noarch", "1.1-1 BASE"))
            .Evaluate(RedHat(Everything));
        Assert.Equal(
            ["lib.i686 Installed", "lib.noarch Missing"],
            report.Findings.Select(f => $"{f.Id} {f.State}").Order(StringComparer.Ordinal)
        );
    }

    [Fact]
    public void A_hold_on_the_installed_architecture_holds_the_update_to_the_other()
    {
        var report = MadeUpHost
            .Dnf()
            .Advisory("A", "security", "Important", "2026-01-01")
            .Package(Of("tool", "noarch", "1.0-1*") with { IsHeld = true })
            .Package(Of("tool", "x86_64", "1.1-1 BASE adv=A"))
            .Evaluate(RedHat(Security));
        var selection = InstallSelection.Of(report);
        Assert.Empty(selection.Targets);
        Assert.Equal("tool", Assert.Single(selection.Held).Target.Name);
    }

    [Fact]
    public void A_list_that_names_the_new_architecture_is_not_said_to_name_what_is_not_installed()
    {
        var host = MadeUpHost.Dnf().Package(Of("tool", "noarch", "1.0-1*")).Package(Of("tool", "x86_64", "1.1-1 BASE"));
        var report = BaselineEvaluator.Evaluate(
            host.Request(RedHat()) with
            {
                Operation = PatchOperation.Install,
                InstallOverrideList = new InstallOverrideList
                {
                    Location = "list",
                    ReportedAs = "list",
                    Entries = [new PatchTools.Model.OverrideEntry("tool.x86_64", null, 1)],
                },
            }
        );
        Assert.DoesNotContain(report.Warnings, w => w.Contains("not installed", StringComparison.Ordinal));
        Assert.Equal(PatchState.Failed, Assert.Single(report.Findings).State);
    }

    [Theory]
    [InlineData(PackageFamily.Dnf)]
    [InlineData(PackageFamily.Yum)]
    [InlineData(PackageFamily.Zypper)]
    public void Quirk_a_newer_version_carries_the_advisories_that_it_supersedes(PackageFamily family)
    {
        var finding = Host(family)
            .Advisory("A", "security", "Critical", "2026-01-01", "CVE-1")
            .Advisory("B", "security", "Low", "2026-01-02", "CVE-2")
            .Archive("GONE", new PackageOrigin { Archive = "base", HiddenBecause = PackageOrigin.NoLongerOffered })
            .Package("tool", "1.0-1*", "1.1-1 GONE adv=A", "1.2-1 GONE adv=B", "1.3-1 BASE")
            .Finding(RedHat(Security), "tool");
        Assert.Equal(
            (PatchState.Missing, "1.3-1", "rule 1 approves A, superseded by 1.3-1"),
            (finding.State, finding.AvailableVersion, finding.Why)
        );
        Assert.Equal(["A", "B"], finding.AdvisoryIds);
        Assert.Equal(["CVE-1", "CVE-2"], finding.CveIds);
        Assert.Equal(
            ("SECURITY", "CRITICAL"),
            (finding.Classification.ToUpperInvariant(), finding.Severity.ToUpperInvariant())
        );
        Assert.Contains(
            "judged 1.3-1 as A describes 1.1-1, which is superseded by it",
            finding.Explanation.Observations
        );
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void An_advisory_of_an_older_version_than_the_installed_one_is_not_carried(PackageFamily family)
    {
        var finding = Host(family)
            .Advisory("A", "security", "Critical", "2026-01-01", "CVE-1")
            .Package("tool", "1.5-1*", "1.1-1 EXTRA adv=A", "2.0-1 BASE")
            .Finding(RedHat(Security), "tool");
        Assert.NotEqual(PatchState.Missing, finding.State);
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void A_version_does_not_carry_the_advisories_of_newer_ones(PackageFamily family)
    {
        var finding = Host(family)
            .RemembersGone()
            .Advisory("A", "security", "Low", "2026-01-01", "CVE-1")
            .Advisory("B", "security", "Critical", "2026-01-01", "CVE-2")
            .Package("tool", "1.0-1*", "1.1-1 BASE adv=A", "1.2-1 GONE adv=B")
            .Finding(RedHat(Security), "tool");
        Assert.Equal((PatchState.Missing, "1.1-1"), (finding.State, finding.AvailableVersion));
        Assert.Equal(["A"], finding.AdvisoryIds);
    }

    [Fact]
    public void An_advisory_that_names_several_versions_is_told_once_with_the_newest()
    {
        var finding = MadeUpHost
            .Dnf()
            .Advisory("A", "security", "Critical", "2026-01-01", "CVE-1")
            .Advisory("B", "security", "Low", "2026-01-01", "CVE-2")
            .Package("tool", "1.0-1*", "1.1-1 BASE adv=A,B", "1.2-1 BASE adv=A", "1.3-1 BASE adv=B", "1.4-1 BASE")
            .Finding(RedHat(Security), "tool");

        Assert.Equal(
            ["judged 1.4-1 as A describes 1.2-1, which is superseded by it", "B names 1.3-1, superseded by 1.4-1"],
            finding.Explanation.Observations.Where(line => line.Contains("1.4-1", StringComparison.Ordinal))
        );
    }

    /// <summary>Of its own advisories the first dates a version: it was out by then.</summary>
    [Theory]
    [InlineData("2026-01-05", "2026-06-30", PatchState.Missing)]
    [InlineData("2026-06-30", "2026-01-05", PatchState.Missing)]
    [InlineData("2026-06-29", "2026-06-30", PatchState.InstalledOther)]
    public void What_a_version_carries_is_no_older_than_the_version(string first, string second, PatchState state) =>
        Assert.Equal(
            state,
            MadeUpHost
                .Dnf()
                .RemembersGone()
                .Advisory("A", "security", "Critical", "2026-01-01")
                .Advisory("B", "bugfix", "Low", first)
                .Advisory("C", "bugfix", "Low", second)
                .Package("tool", "1.0-1* BASE", "1.1-1 GONE adv=A", "1.2-1 BASE adv=B,C")
                .Finding(RedHat(Security.After(7)), "tool")
                .State
        );

    /// <summary>The newest version that the administrator does not refuse comes, with what it carries.</summary>
    [Theory]
    [InlineData("1.3-1", false, "1.2-1")]
    [InlineData("1.3-1 1.2-1", false, "1.1-1")]
    [InlineData("1.2-1 1.3-1", false, "1.1-1")]
    [InlineData("1.2-1", false, "1.3-1")]
    [InlineData("1.3-1 1.2-1 1.1-1", false, "")]
    [InlineData("1.3-1", true, "")]
    [InlineData("", true, "")]
    [InlineData("", false, "1.3-1")]
    public void What_the_administrator_refuses_is_not_asked_for_and_the_next_is(
        string refused,
        bool isHeld,
        string asked
    )
    {
        var report = MadeUpHost
            .Dnf()
            .RemembersGone()
            .Advisory("A", "security", "Critical", "2026-01-01")
            .Package(
                Of(
                    "tool",
                    "x86_64",
                    "1.0-1* BASE",
                    "1.0.5-1 GONE adv=A",
                    "1.1-1 BASE",
                    "1.2-1 BASE",
                    "1.3-1 BASE",
                    "1.4-1 GONE"
                ) with
                {
                    IsHeld = isHeld,
                    Refused =
                    [
                        .. refused
                            .Split(' ', StringSplitOptions.RemoveEmptyEntries)
                            .Select(edition => new RefusedEdition(edition, "a lock")),
                    ],
                }
            )
            .Evaluate(RedHat(Security));

        Assert.Equal("1.3-1", Assert.Single(report.Findings).AvailableVersion);
        Assert.Equal(
            asked.Length == 0 ? [] : [asked],
            InstallSelection.Of(report).Targets.Select(target => target.Edition)
        );
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void An_id_of_a_superseded_advisory_in_the_approved_list_approves_the_newer_version(PackageFamily family)
    {
        var finding = Host(family)
            .Advisory("A", "security", "Critical", "2026-01-01", "CVE-1")
            .Archive("GONE", new PackageOrigin { Archive = "base", HiddenBecause = PackageOrigin.NoLongerOffered })
            .Package("tool", "1.0-1*", "1.1-1 GONE adv=A", "1.3-1 BASE")
            .Finding(RedHat().Approving(ComplianceLevel.HIGH, nonSecurity: false, "CVE-1"), "tool");
        Assert.Equal(
            (PatchState.Missing, "1.3-1", "approved by 'CVE-1', A, superseded by 1.3-1"),
            (finding.State, finding.AvailableVersion, finding.Why)
        );
    }

    [Fact]
    public void A_version_is_not_approved_before_the_delay_of_its_own_advisory_is_over()
    {
        var finding = MadeUpHost
            .Dnf()
            .Advisory("A", "security", "Critical", "2026-01-01")
            .Advisory("B", "bugfix", "None", "2026-06-30")
            .Package("tool", "1.0-1*", "1.1-1 BASE adv=A", "1.2-1 BASE adv=B")
            .Finding(RedHat(Security.After(7)), "tool");
        Assert.Equal(
            (PatchState.Missing, "1.1-1", "1.2-1"),
            (finding.State, finding.AvailableVersion, finding.Explanation.HeldBackEdition)
        );
    }

    [Fact]
    public void What_a_rejected_patch_brings_comes_by_no_older_patch_either()
    {
        var finding = MadeUpHost
            .Zypper()
            .Advisory("A", "security", "critical", "2026-01-01")
            .Advisory("B", "security", "low", "2026-01-02")
            .Package("tool", "1.0-1*", "1.1-1 BASE adv=A", "1.2-1 BASE adv=B")
            .Finding(Suse(Security).Rejecting(RejectedPatchesAction.BLOCK, "B"), "tool");
        Assert.Equal((PatchState.Missing, "1.1-1"), (finding.State, finding.AvailableVersion));
    }

    [Theory]
    [InlineData("excluded by 'tool' in /etc/dnf/dnf.conf")]
    [InlineData("module stream tool:2 is not enabled")]
    [InlineData("base has priority 10, extra 99")]
    [InlineData("locked to 'tool-1.0' in /etc/dnf/versionlock.toml")]
    public void An_update_that_the_host_hides_is_not_said_to_be_offered_by_nobody(string because)
    {
        var host = MadeUpHost
            .Dnf()
            .Advisory("A", "security", "Low", "2026-01-01")
            .Archive("HIDDEN", new PackageOrigin { Archive = "base", HiddenBecause = because })
            .Package("tool", "1.0-1*", "1.1-1 HIDDEN", "1.2-1 HIDDEN adv=A")
            .Package("same", "1.0-1* HIDDEN")
            .Package("lone", "1.0-1*")
            .Package("newer", "1.0-1* BASE", "1.2-1 HIDDEN adv=A");
        var findings = host.Evaluate(RedHat(Security)).Findings.ToDictionary(f => f.Name, f => f.Why);
        Assert.Equal($"1.2-1 (A) is hidden from dnf: {because}", findings["tool"]);
        Assert.Equal($"what repositories offer of it is hidden from dnf: {because}", findings["same"]);
        Assert.Equal("no repository offers it", findings["lone"]);
        Assert.Equal(
            $"no advisory names it, and no rule matches; 1.2-1 (A) is hidden from dnf: {because}",
            findings["newer"]
        );
    }

    [Fact]
    public void A_package_that_is_offered_for_another_architecture_only_is_said_so()
    {
        var finding = MadeUpHost
            .Dnf()
            .Package(Of("lib", "x86_64", "1.0-1*"))
            .Package(Of("lib", "i686", "1.1-1 BASE"))
            .Finding(RedHat(Security), "lib");
        Assert.Equal("repositories offer it for i686 only", finding.Why);
    }

    private static MadeUpHost Host(PackageFamily family) =>
        family switch
        {
            PackageFamily.Dnf => MadeUpHost.Dnf(),
            PackageFamily.Yum => MadeUpHost.Yum(),
            _ => MadeUpHost.Zypper(),
        };

    private static MadeUpPackage Of(string name, string architecture, params string[] versions) =>
        new()
        {
            Name = name,
            Architecture = architecture,
            Versions = versions,
        };
}
