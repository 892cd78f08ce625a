using Xunit;
using static PatchTools.Engine.Tests.Evaluation.MadeUpBaseline;

namespace PatchTools.Engine.Tests.Evaluation;

/// <summary>A baseline that can approve nothing on a host is never taken for a host that complies.</summary>
public sealed class NothingJudgedTests
{
    private static readonly ApprovalRule _everything = Rule(ComplianceLevel.HIGH).WithNonSecurity();

    private static readonly ApprovalRule _security = Rule(ComplianceLevel.HIGH);

    public static TheoryData<string> Families => ["apt", "dnf", "yum", "zypper"];

    [Theory]
    [MemberData(nameof(Families))]
    public void Global_filters_that_leave_out_the_product_judge_nothing(string family) =>
        NothingJudged(
            Host(family),
            Baseline(family, _everything).Globally(Filter("PRODUCT", "Other1")),
            "global filters leave out this product (PRODUCT wants Other1; this host is"
        );

    [Theory]
    [MemberData(nameof(Families))]
    public void Rules_that_leave_out_the_product_judge_nothing(string family) =>
        NothingJudged(
            Host(family),
            Baseline(
                family,
                Rule(ComplianceLevel.HIGH, Filter("PRODUCT", "Other1")).WithNonSecurity(),
                Rule(ComplianceLevel.LOW, Filter("PRODUCT", "Other2")).WithNonSecurity()
            ),
            "approval rules leave out this product (PRODUCT wants Other1, Other2; this host is"
        );

    [Theory]
    [MemberData(nameof(Families))]
    public void One_rule_for_the_product_is_enough_to_be_told_that_its_filters_match_nothing(string family) =>
        NothingJudged(
            family == "apt" ? Host(family) : Advised(family),
            Baseline(
                family,
                Rule(ComplianceLevel.HIGH, Filter("PRODUCT", "Other1")),
                Rule(
                        ComplianceLevel.LOW,
                        Filter("PRODUCT", "*"),
                        family == "apt" ? Filter("PRIORITY", "none-such") : Classification("none-such")
                    )
                    .WithNonSecurity()
            ),
            "the filters of the baseline's approval rules match no package that is known here"
        );

    /// <summary>A rule for another product wants nothing of this one, security updates neither.</summary>
    [Theory]
    [MemberData(nameof(Families))]
    public void Rules_for_security_updates_of_another_product_leave_out_the_product(string family) =>
        NothingJudged(
            Host(family),
            Baseline(family, Rule(ComplianceLevel.HIGH, Filter("PRODUCT", "Other1"))),
            "approval rules leave out this product (PRODUCT wants Other1; this host is"
        );

    [Theory]
    [InlineData("dnf")]
    [InlineData("yum")]
    [InlineData("zypper")]
    public void Global_filters_that_want_advisories_judge_nothing_without_advisories(string family)
    {
        var host = Host(family);
        NothingJudged(
            host,
            Baseline(family, _everything).Globally(Classification("*"), Severity("Critical")),
            "no enabled repository publishes advisories"
        );
        Judged(host, Baseline(family, _everything).Globally(Classification("*"), Severity("*")));
        Judged(host, Baseline(family, _everything).Globally(Filter("PRODUCT", "*"), Classification("*")));
    }

    /// <summary>One filter that can match does not make up for another that cannot.</summary>
    [Theory]
    [InlineData("dnf", "Security", "Critical", true)]
    [InlineData("dnf", "Security", "none-such", false)]
    [InlineData("dnf", "none-such", "Critical", false)]
    [InlineData("yum", "Security", "Critical", true)]
    [InlineData("yum", "Security", "none-such", false)]
    [InlineData("zypper", "Security", "Critical", true)]
    [InlineData("zypper", "none-such", "Critical", false)]
    public void Every_filter_of_a_rule_must_be_able_to_match(
        string family,
        string classification,
        string severity,
        bool isJudged
    )
    {
        var baseline = Baseline(family, Rule(ComplianceLevel.HIGH, Classification(classification), Severity(severity)));
        if (isJudged)
            Judged(Advised(family), baseline);
        else
            NothingJudged(Advised(family), baseline, "approval rules match no package that is known here");
    }

    /// <summary>What the host's advisories say can be matched, and proves that there are any.</summary>
    [Theory]
    [InlineData("dnf", "Errata", "*")]
    [InlineData("dnf", "*", "Grave")]
    [InlineData("yum", "Errata", "*")]
    [InlineData("yum", "*", "Grave")]
    [InlineData("zypper", "errata", "grave")]
    public void Words_that_an_advisory_of_the_host_uses_can_match(string family, string classification, string severity)
    {
        var host = Make(family)
            .Archive("GONE", new PackageOrigin { HiddenBecause = PackageOrigin.NoLongerOffered })
            .Advisory("A", "errata", "grave", "2026-01-01")
            .Package("bash", "5-1* BASE", "4-1 GONE adv=A");
        Judged(host, Baseline(family, Rule(ComplianceLevel.HIGH, Classification(classification), Severity(severity))));
        Judged(host, Baseline(family, _security));
    }

    /// <summary>An entry that approves when an advisory names the package, or names a version of the past.</summary>
    [Theory]
    [InlineData("dnf", "5-1* BASE", "bash", false, true)]
    [InlineData("yum", "5-1* BASE", "bash", false, true)]
    [InlineData("dnf", "5-1*|4-1 BASE", "bash-4-1", false, false)]
    [InlineData("dnf", "5-1*|4-1 BASE", "bash-4-1", true, false)]
    [InlineData("zypper", "5-1*|4-1 BASE", "bash = 4-1", false, false)]
    [InlineData("zypper", "5-1*|4-1 BASE", "bash = 3-1", false, true)]
    public void An_approved_list_that_names_what_is_known_is_judged_where_it_could_approve(
        string family,
        string versions,
        string entry,
        bool nonSecurity,
        bool publishes
    )
    {
        var host = Make(family).Package("bash", versions.Split('|'));
        if (publishes)
            host.PublishesAdvisories("BASE");
        var baseline = Baseline(family).Approving(ComplianceLevel.HIGH, nonSecurity, entry);
        if (entry.EndsWith("3-1", StringComparison.Ordinal))
            NothingJudged(host, baseline, "its approved patches name no package that is known here");
        else if (family == "dnf" && !nonSecurity && !publishes)
            NothingJudged(host, baseline, "no enabled repository publishes advisories");
        else
            Judged(host, baseline);
    }

    /// <summary>An id of a past advisory; on yum the global filters must be able to let it pass.</summary>
    [Theory]
    [InlineData("dnf", "none-such", true)]
    [InlineData("zypper", "none-such", true)]
    [InlineData("yum", "Bugfix", true)]
    [InlineData("yum", "none-such", false)]
    public void An_approved_id_is_judged_where_its_advisory_is_known(string family, string filter, bool isJudged)
    {
        var host = Make(family)
            .Advisory("A", "security", "Low", "2026-01-01", "CVE-1")
            .Package("bash", "5-1*", "4-1 BASE adv=A");
        var baseline = Baseline(family)
            .Approving(ComplianceLevel.HIGH, nonSecurity: false, "CVE-1", "other")
            .Globally(Classification(filter));
        if (isJudged)
            Assert.Null(host.Evaluate(baseline).NothingJudgedBecause);
        else
            NothingJudged(host, baseline, "global filters leave out every package that is known here");
    }

    /// <summary>On yum: what is neither installed nor offered is no package that could be allowed.</summary>
    [Theory]
    [InlineData("bash*", "rejects every package that is known here")]
    [InlineData("other*", "neither approval rules nor approved patches")]
    [InlineData("bash-5*", "neither approval rules nor approved patches")]
    [InlineData("bash-4*", "neither approval rules nor approved patches")]
    public void Everything_is_rejected_when_nothing_is_left_that_is_installed_or_offered(string entry, string because)
    {
        var host = Make("yum")
            .Archive("GONE", new PackageOrigin { HiddenBecause = PackageOrigin.NoLongerOffered })
            .Package("bash", "5-1*", "4-1 BASE")
            .Package("other", "1-1 GONE");
        NothingJudged(host, Baseline("yum").Rejecting(RejectedPatchesAction.ALLOW_AS_DEPENDENCY, entry), because);
    }

    /// <summary>On apt a version of the past shows that the baseline can approve something.</summary>
    [Theory]
    [InlineData("1.0* REL|0.9 UPD section=libs", "", true)]
    [InlineData("1.0* REL|0.9 UPD", "", false)]
    [InlineData("1.0* REL|0.9 UPD", "a-0.9", true)]
    public void On_apt_what_could_be_approved_at_another_version_is_judged(string versions, string entry, bool isJudged)
    {
        var host = MadeUpHost.Apt().Package("a", versions.Split('|'));
        var baseline = Ubuntu(Rule(ComplianceLevel.LOW, Filter("SECTION", "libs")).WithNonSecurity());
        if (entry.Length > 0)
            baseline = baseline.Approving(ComplianceLevel.LOW, nonSecurity: true, entry);
        if (isJudged)
            Judged(host, baseline);
        else
            NothingJudged(host, baseline, "approval rules match no package that is known here");
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void Neither_rules_nor_approved_patches_judge_nothing(string family) =>
        NothingJudged(Host(family), Baseline(family), "the baseline has neither approval rules nor approved patches");

    /// <summary>On dnf and zypper what is installed and rejected does not comply, whatever the action.</summary>
    [Theory]
    [InlineData("apt")]
    [InlineData("yum")]
    public void Rejecting_everything_judges_nothing(string family) =>
        NothingJudged(
            Host(family),
            Baseline(family, _everything).Rejecting(RejectedPatchesAction.ALLOW_AS_DEPENDENCY, "*"),
            "the baseline rejects every package that is known here"
        );

    [Theory]
    [MemberData(nameof(Families))]
    public void An_approved_list_that_names_nothing_known_judges_nothing(string family) =>
        NothingJudged(
            Host(family),
            Baseline(family).Approving(ComplianceLevel.HIGH, nonSecurity: true, "unknown*"),
            "its approved patches name no package that is known here"
        );

    [Theory]
    [MemberData(nameof(Families))]
    public void An_approved_list_that_can_approve_something_lifts_it(string family) =>
        Judged(
            Host(family),
            Baseline(family, Rule(ComplianceLevel.HIGH, Filter("PRODUCT", "Other1")))
                .Approving(ComplianceLevel.HIGH, nonSecurity: true, "bash*")
        );

    [Theory]
    [MemberData(nameof(Families))]
    public void Nothing_to_install_today_is_judged(string family) =>
        Judged(Host(family), Baseline(family, _everything));

    [Theory]
    [MemberData(nameof(Families))]
    public void What_only_a_date_holds_back_is_judged(string family) =>
        Judged(Host(family), Baseline(family, _everything.Until("1999-01-01")));

    [Theory]
    [InlineData("dnf", "excluded")]
    [InlineData("yum", "excluded")]
    [InlineData("zypper", "a lock")]
    public void Offers_that_the_tool_does_not_see_judge_nothing(string family, string because)
    {
        var origin = new PackageOrigin { Archive = "base", HiddenBecause = because };
        var host = Make(family).Archive("HIDDEN", origin).Package("bash", "5-1* HIDDEN", "6-1 HIDDEN");

        NothingJudged(host, Baseline(family, _everything), $"{family} is told to hide every package");
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void Repositories_without_a_package_judge_nothing(string family) =>
        NothingJudged(
            Make(family).Package("bash", "5-1* NOW"),
            Baseline(family, _everything),
            "no enabled repository offers a package"
        );

    [Fact]
    public void Versions_that_nobody_offers_any_more_are_not_said_to_be_hidden() =>
        NothingJudged(
            MadeUpHost
                .AptWithoutArchives()
                .Archive("GONE", new PackageOrigin { HiddenBecause = PackageOrigin.NoLongerOffered })
                .Package("bash", "5-1* NOW", "5-2 GONE"),
            Ubuntu(_everything),
            "no enabled repository offers a package"
        );

    [Fact]
    public void Security_updates_only_judge_nothing_without_a_security_archive()
    {
        const string because = "no enabled repository is a trusted security archive";
        NothingJudged(Plain(), Ubuntu(_security), because);
        NothingJudged(Plain(), Ubuntu(Rule(ComplianceLevel.HIGH, Filter("PRIORITY", "optional"))), because);
        NothingJudged(Plain(), Ubuntu().Approving(ComplianceLevel.HIGH, nonSecurity: false, "bash"), because);
        Assert.Null(Plain().Evaluate(Ubuntu(_security, _everything)).NothingJudgedBecause);
        // The archive is there; it has nothing for this host today.
        Judged(MadeUpHost.Apt().Package("bash", "5-1* REL"), Ubuntu(_security));

        static MadeUpHost Plain() =>
            MadeUpHost
                .AptWithoutArchives()
                .Archive("MAIN", new PackageOrigin { Archive = "focal", Trusted = true })
                .Archive("OWN", new PackageOrigin { Archive = "focal-security" })
                .Package("bash", "5-1* MAIN", "6-1 OWN");
    }

    [Theory]
    [InlineData("dnf")]
    [InlineData("yum")]
    public void Security_updates_only_judge_nothing_without_advisories(string family)
    {
        const string because = "no enabled repository publishes advisories";
        NothingJudged(Host(family), Baseline(family, _security), because);
        NothingJudged(
            Host(family),
            Baseline(family, Rule(ComplianceLevel.HIGH, Classification("Security")).WithNonSecurity()),
            because
        );
        NothingJudged(
            Host(family),
            Baseline(family).Approving(ComplianceLevel.HIGH, nonSecurity: false, "bash*", "FAKE-1"),
            because
        );
        Judged(Advised(family), Baseline(family, _security));
    }

    [Fact]
    public void Categories_of_patches_judge_nothing_where_zypper_knows_no_patch()
    {
        var baseline = Suse(Rule(ComplianceLevel.HIGH, Classification("Security"), Severity("*")));
        NothingJudged(Host("zypper"), baseline, "no enabled repository publishes advisories");
        Judged(Advised("zypper"), baseline);
        // What no patch names comes along on SUSE.
        Judged(Host("zypper"), Suse(_security));
    }

    [Theory]
    [InlineData("dnf", "security", true)]
    [InlineData("yum", "Bugfix", true)]
    [InlineData("yum", "security", false)]
    [InlineData("zypper", "Recommended", true)]
    [InlineData("zypper", "Bugfix", false)]
    [InlineData("dnf", "Securty", false)]
    public void A_classification_that_no_advisory_of_the_family_can_have_judges_nothing(
        string family,
        string classification,
        bool isJudged
    )
    {
        var rules = Baseline(family, Rule(ComplianceLevel.HIGH, Classification(classification)));
        var filters = Baseline(family, _everything).Globally(Classification(classification));
        if (isJudged)
        {
            Judged(Advised(family), rules);
            Judged(Advised(family), filters);
            return;
        }

        NothingJudged(Advised(family), rules, "approval rules match no package that is known here");
        NothingJudged(Advised(family), filters, "global filters leave out every package that is known here");
    }

    [Fact]
    public void Priorities_and_sections_that_no_package_has_judge_nothing()
    {
        NothingJudged(
            Host("apt"),
            Ubuntu(_everything).Globally(Filter("SECTION", "games")),
            "global filters leave out every package that is known here (SECTION wants games)"
        );
        NothingJudged(
            Host("apt"),
            Ubuntu(Rule(ComplianceLevel.HIGH, Filter("PRIORITY", "Extra")).WithNonSecurity()),
            "approval rules match no package that is known here"
        );
    }

    [Fact]
    public void What_is_rejected_or_unproven_ranks_before_it()
    {
        var report = Host("apt")
            .Evaluate(
                Ubuntu(Rule(ComplianceLevel.HIGH, Filter("PRODUCT", "Other1")))
                    .Rejecting(RejectedPatchesAction.BLOCK, "bash")
            );
        Assert.Equal(ComplianceVerdict.NonCompliant, report.Verdict);
        Assert.NotNull(report.NothingJudgedBecause);

        var unproven = Host("apt").Unreadable("REL").Evaluate(Ubuntu());
        Assert.Equal((ComplianceVerdict.NotProven, null), (unproven.Verdict, unproven.NothingJudgedBecause));
    }

    private static void NothingJudged(MadeUpHost host, PatchBaseline baseline, string because)
    {
        var report = host.Evaluate(baseline);

        Assert.Contains(because, report.NothingJudgedBecause, StringComparison.Ordinal);
        Assert.Equal(ComplianceVerdict.NothingJudged, report.Verdict);
        Assert.StartsWith("Nothing judged: ", report.VerdictText, StringComparison.Ordinal);
        Assert.Contains(because, report.VerdictText, StringComparison.Ordinal);
        Assert.Contains(report.Warnings, warning => warning.Contains(because, StringComparison.Ordinal));
    }

    private static void Judged(MadeUpHost host, PatchBaseline baseline)
    {
        var report = host.Evaluate(baseline);

        Assert.Null(report.NothingJudgedBecause);
        Assert.Equal(ComplianceVerdict.Compliant, report.Verdict);
    }

    private static MadeUpHost Make(string family) =>
        family switch
        {
            "apt" => MadeUpHost.Apt(),
            "dnf" => MadeUpHost.Dnf(),
            "yum" => MadeUpHost.Yum(),
            _ => MadeUpHost.Zypper(),
        };

    /// <summary>One package, installed as its repository offers it.</summary>
    private static MadeUpHost Host(string family) =>
        Make(family).Package("bash", family == "apt" ? "5-1* REL" : "5-1* BASE");

    /// <summary>A host whose repository publishes advisories, none of which concerns it today.</summary>
    private static MadeUpHost Advised(string family) => Host(family).PublishesAdvisories("BASE");

    private static PatchBaseline Baseline(string family, params ApprovalRule[] rules) =>
        family switch
        {
            "apt" => Ubuntu(rules),
            "dnf" => RedHat(rules),
            "yum" => Amazon2(rules),
            _ => Suse(rules),
        };
}
