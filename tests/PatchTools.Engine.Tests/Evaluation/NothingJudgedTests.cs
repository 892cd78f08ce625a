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
