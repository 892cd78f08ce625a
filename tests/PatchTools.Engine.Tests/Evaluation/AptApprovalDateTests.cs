using CsCheck;
using PatchTools.Evaluation;
using PatchTools.Families;
using PatchTools.Testing;
using Xunit;
using static PatchTools.Engine.Tests.Evaluation.MadeUpBaseline;

namespace PatchTools.Engine.Tests.Evaluation;

/// <summary>
/// Approval delays on apt, where they are asked for. The clock stands at noon of 2026-07-01 where no other time is
/// named.
/// </summary>
public sealed class AptApprovalDateTests
{
    private static readonly PatchBaseline _after7 = Ubuntu(Rule(ComplianceLevel.HIGH).After(7));

    [Theory]
    [InlineData("2026-06-24T23:59:59", 7, PatchState.Missing, "rule 1 approves the security update", null)]
    [InlineData(
        "2026-06-25T00:00:00",
        7,
        PatchState.InstalledOther,
        "rule 1 approves it from 2026-07-02",
        "2026-07-02"
    )]
    [InlineData("2026-07-01T00:00:00", 0, PatchState.Missing, "rule 1 approves the security update", null)]
    [InlineData(
        "2026-07-01T11:00:00",
        1,
        PatchState.InstalledOther,
        "rule 1 approves it from 2026-07-02",
        "2026-07-02"
    )]
    public void First_seen_dates_delay_an_update_in_whole_UTC_days(
        string seen,
        int days,
        PatchState state,
        string why,
        string? from
    )
    {
        var finding = FirstSeen(
            MadeUpHost.Apt().Package("a", "1.1 SEC", "1.0*"),
            Ubuntu(Rule(ComplianceLevel.HIGH).After(days)),
            ("a", "1.1", true, seen)
        );
        Assert.Equal((state, why), (finding.State, finding.Why));
        Assert.Equal(
            (from is null ? null : MadeUpHost.Instant(from), from is null ? null : "1.1"),
            (finding.Explanation.ApprovedFrom, finding.Explanation.HeldBackEdition)
        );
    }

    [Theory]
    [InlineData("2026-06-01", "2026-06-30")]
    [InlineData("2026-06-30", "2026-06-01")]
    public void Of_several_archives_the_one_that_was_published_first_dates_a_version(string security, string updates)
    {
        var request = MadeUpHost
            .Apt()
            .Published("SEC", security)
            .Published("UPD", updates)
            .Package("a", "1.1 SEC UPD", "1.0*")
            .Request(_after7) with
        {
            ApprovalDateSource = ApprovalDateSource.Release,
        };

        Assert.Equal(PatchState.Missing, Assert.Single(BaselineEvaluator.Evaluate(request).Findings).State);
    }

    [Fact]
    public void Without_being_asked_for_delays_have_no_effect_as_AWS_documents()
    {
        var request = MadeUpHost.Apt().Package("a", "1.1 SEC", "1.0*").Request(_after7) with
        {
            FirstSeen = Dates(("a", "1.1", true, "2026-07-01")),
        };
        var finding = Assert.Single(BaselineEvaluator.Evaluate(request).Findings);
        Assert.Equal(PatchState.Missing, finding.State);
        Assert.Contains(
            "rule 1, approveAfterDays: ignored, apt's archives date no package; -ApprovalDateSource applies it",
            finding.Explanation.Observations
        );
    }

    [Fact]
    public void An_older_update_that_is_approved_is_missing_and_the_newer_one_is_named_with_its_day()
    {
        var finding = FirstSeen(
            MadeUpHost.Apt().Package("a", "1.3 UPD", "1.2 SEC", "1.1 SEC", "1.0*"),
            _after7,
            ("a", "1.2", true, "2026-06-30"),
            ("a", "1.1", true, "2026-06-01")
        );
        Assert.Equal(
            (PatchState.Missing, "1.1", "1.2"),
            (finding.State, finding.AvailableVersion, finding.Explanation.HeldBackEdition)
        );
        Assert.Equal(MadeUpHost.Instant("2026-07-07"), finding.Explanation.ApprovedFrom);
    }

    [Fact]
    public void An_installed_version_keeps_its_approval_and_the_summary_names_the_day_of_the_next()
    {
        var finding = FirstSeen(
            MadeUpHost.Apt().Package("a", "1.2 SEC", "1.1* SEC"),
            _after7,
            ("a", "1.2", true, "2026-06-30"),
            ("a", "1.1", true, "2026-06-01")
        );
        Assert.Equal((PatchState.Installed, "rule 1 approves it; newer from 2026-07-07"), (finding.State, finding.Why));
    }

    [Fact]
    public void What_is_installed_was_seen_no_later_than_it_was_installed()
    {
        var installed = new EpochTime(MadeUpHost.Instant("2026-06-01").ToUnixTimeSeconds(), IsFractional: true);
        var host = MadeUpHost
            .Apt()
            .Package(
                new MadeUpPackage
                {
                    Name = "a",
                    Versions = ["1.1* SEC"],
                    InstalledTime = installed,
                }
            );
        Assert.Equal(PatchState.Installed, FirstSeen(host, _after7, ("a", "1.1", true, "2026-07-01")).State);
    }

    /// <summary>The date that the explanation names; the version is offered, or is what is installed.</summary>
    [Theory]
    [InlineData(null, "2026-06-01", "2026-06-01")]
    [InlineData("2026-07-01", "2026-06-01", "2026-06-01")]
    [InlineData("2026-06-01", "2026-06-30", "2026-06-01")]
    [InlineData("2026-06-01", null, "2026-06-01")]
    [InlineData(null, null, "no date, which is approved")]
    public void An_installed_version_is_dated_by_the_earlier_of_its_offer_and_its_installation(
        string? seen,
        string? installed,
        string saw
    )
    {
        var host = MadeUpHost
            .Apt()
            .Package(
                new MadeUpPackage
                {
                    Name = "a",
                    Versions = ["1.1* SEC"],
                    InstalledTime = installed is null
                        ? null
                        : new EpochTime(MadeUpHost.Instant(installed).ToUnixTimeSeconds(), IsFractional: true),
                }
            );
        var finding = FirstSeen(host, _after7, seen is null ? [] : [("a", "1.1", true, seen)]);
        Assert.Contains($"rule 1, first seen: wants 7 days old; saw {saw}", finding.Explanation.Observations);
        Assert.Equal("rule 1: approves security updates, level HIGH", finding.Explanation.Observations[^1]);
    }

    [Fact]
    public void The_archives_date_is_asked_of_archives_only()
    {
        var request = MadeUpHost
            .Apt()
            .Published("SEC", "2026-06-01")
            .Package("a", "1.0* SEC", "1.0 NOW meta=7")
            .Request(_after7) with
        {
            ApprovalDateSource = ApprovalDateSource.Release,
        };
        Assert.Equal(PatchState.Installed, Assert.Single(BaselineEvaluator.Evaluate(request).Findings).State);
    }

    [Fact]
    public void A_rule_for_security_updates_takes_no_other_whatever_its_date()
    {
        var finding = FirstSeen(
            MadeUpHost.Apt().Package("a", "1.1 UPD", "1.0*"),
            _after7,
            ("a", "1.1", true, "2026-06-30"),
            ("a", "1.1", false, "2026-06-30")
        );
        Assert.Equal("the newer version is not a security update", finding.Why);
        Assert.Contains("rule 1: would approve a security update only", finding.Explanation.Observations);
    }

    [Fact]
    public void A_rule_for_all_updates_waits_with_every_one()
    {
        var finding = FirstSeen(
            MadeUpHost.Apt().Package("a", "1.1 UPD", "1.0*"),
            Ubuntu(Rule(ComplianceLevel.HIGH).After(7).WithNonSecurity()),
            ("a", "1.1", false, "2026-06-30"),
            ("a", "1.0", false, "2026-06-30")
        );
        Assert.Equal("rule 1 approves it from 2026-07-07", finding.Why);
        Assert.Equal("rule 1: does not approve it at this date", finding.Explanation.Observations[^1]);
    }

    [Theory]
    [InlineData("2026-06-30", "2026-06-28", "2026-07-07")]
    [InlineData("2026-06-28", "2026-06-30", "2026-07-05")]
    public void Of_several_updates_that_wait_the_newest_is_named_with_its_day(string newer, string older, string from)
    {
        var finding = FirstSeen(
            MadeUpHost.Apt().Package("a", "1.2 SEC", "1.1 SEC", "1.0*"),
            _after7,
            ("a", "1.2", true, newer),
            ("a", "1.1", true, older)
        );
        Assert.Equal(
            ("1.2", MadeUpHost.Instant(from)),
            (finding.Explanation.HeldBackEdition, finding.Explanation.ApprovedFrom!.Value)
        );
    }

    [Fact]
    public void A_rule_for_security_updates_counts_from_when_the_version_became_one()
    {
        var host = MadeUpHost.Apt().Package("a", "1.1 UPD SEC", "1.0*");
        (string, string, bool, string)[] dates = [("a", "1.1", false, "2026-06-01"), ("a", "1.1", true, "2026-06-30")];
        var security = FirstSeen(host, _after7, dates);
        Assert.Equal(PatchState.InstalledOther, security.State);
        Assert.Contains("rule 1, first seen: wants 7 days old; saw 2026-06-30", security.Explanation.Observations);
        var other = FirstSeen(host, Ubuntu(Rule(ComplianceLevel.HIGH).After(7).WithNonSecurity()), dates);
        Assert.Equal(PatchState.Missing, other.State);
        Assert.Contains("rule 1, first seen: wants 7 days old; saw 2026-06-01", other.Explanation.Observations);
    }

    [Fact]
    public void The_soonest_of_several_rules_is_named_and_one_that_approves_now_wins()
    {
        var host = MadeUpHost.Apt().Package("a", "1.1 SEC", "1.0*");
        var later = FirstSeen(
            host,
            Ubuntu(
                Rule(ComplianceLevel.HIGH).Until("2026-01-01"),
                Rule(ComplianceLevel.HIGH).After(30),
                Rule(ComplianceLevel.LOW).After(3)
            ),
            ("a", "1.1", true, "2026-06-30")
        );
        Assert.Equal(
            ("rule 3 approves it from 2026-07-03", 3, DecisionKind.HeldBackByDate),
            (later.Why, later.Explanation.Rule, later.Explanation.Decision)
        );
        var now = FirstSeen(
            host,
            Ubuntu(Rule(ComplianceLevel.HIGH).After(30), Rule(ComplianceLevel.LOW)),
            ("a", "1.1", true, "2026-06-30")
        );
        Assert.Equal((PatchState.Missing, ComplianceLevel.LOW), (now.State, now.ComplianceLevel));
    }

    [Theory]
    [InlineData(5, 30, 60, 1, "2026-07-05")]
    [InlineData(30, 5, 60, 2, "2026-07-05")]
    [InlineData(60, 30, 5, 3, "2026-07-05")]
    [InlineData(5, 5, 30, 1, "2026-07-05")]
    public void Of_several_delays_the_nearest_day_is_named_wherever_its_rule_stands(
        int first,
        int second,
        int third,
        int rule,
        string from
    )
    {
        var finding = FirstSeen(
            MadeUpHost.Apt().Package("a", "1.1 SEC", "1.0*"),
            Ubuntu([
                .. new[] { first, second, third }.Select(days => Rule(ComplianceLevel.HIGH).After(days)),
                Rule(ComplianceLevel.HIGH).Until("2026-01-01"),
            ]),
            ("a", "1.1", true, "2026-06-30")
        );
        Assert.Equal(
            (rule, MadeUpHost.Instant(from)),
            (finding.Explanation.Rule!.Value, finding.Explanation.ApprovedFrom!.Value)
        );
    }

    [Fact]
    public void A_last_day_of_approval_counts_too_and_the_approved_list_waits_for_nothing()
    {
        var host = MadeUpHost.Apt().Package("a", "1.1 SEC", "1.0*");
        var baseline = Ubuntu(Rule(ComplianceLevel.HIGH).Until("2026-06-15"));
        Assert.Equal(
            "rule 1 approves only until 2026-06-15",
            FirstSeen(host, baseline, ("a", "1.1", true, "2026-06-16")).Why
        );
        Assert.Equal(PatchState.Missing, FirstSeen(host, baseline, ("a", "1.1", true, "2026-06-15T23:00:00")).State);
        Assert.Equal(
            PatchState.Missing,
            FirstSeen(
                host,
                baseline.Approving(ComplianceLevel.LOW, nonSecurity: false, "a"),
                ("a", "1.1", true, "2026-06-16")
            ).State
        );
    }

    [Fact]
    public void The_archives_date_is_the_earliest_of_those_that_offer_the_version()
    {
        var host = MadeUpHost
            .Apt()
            .Published("SEC", "2026-07-01")
            .Published("REL", "2026-06-01")
            .Published("UPD", "2026-06-30")
            .Package("a", "1.1 SEC", "1.0*")
            .Package("b", "1.1 SEC REL", "1.0*")
            .Package("c", "1.1 HOST", "1.0*");
        var report = BaselineEvaluator.Evaluate(
            host.Request(_after7) with
            {
                ApprovalDateSource = ApprovalDateSource.Release,
            }
        );
        Assert.Equal(
            [("a", PatchState.InstalledOther), ("b", PatchState.Missing), ("c", PatchState.Missing)],
            report.Findings.Select(f => (f.Name, f.State))
        );
        Assert.Contains(
            "rule 1, archive date: wants 7 days old; saw 2026-07-01",
            report.Findings[0].Explanation.Observations
        );
        Assert.Contains("rule 1: does not approve it at this date", report.Findings[0].Explanation.Observations);
        Assert.Contains(
            "rule 1, archive date: wants 7 days old; saw 2026-06-01",
            report.Findings[1].Explanation.Observations
        );
        Assert.Contains(
            "rule 1, archive date: wants 7 days old; saw no date, which is approved",
            report.Findings[2].Explanation.Observations
        );
    }

    [Fact]
    public void What_is_not_installed_is_counted_whatever_its_age()
    {
        var request = MadeUpHost.Apt().Published("SEC", "2026-07-01").Package("a", "1.1 SEC").Request(_after7);
        Assert.Equal(
            1,
            BaselineEvaluator
                .Evaluate(request with { ApprovalDateSource = ApprovalDateSource.Release })
                .Counts.NotApplicable
        );
        Assert.Equal(
            1,
            BaselineEvaluator
                .Evaluate(request with { ApprovalDateSource = ApprovalDateSource.FirstSeen })
                .Counts.NotApplicable
        );
    }

    [Fact]
    public void Versions_are_stamped_once_and_forgotten_when_no_archive_offers_them()
    {
        var first = Advance(
            FirstSeenDates.Empty,
            "2026-06-01",
            MadeUpHost.Apt().Package("a", "1.1 UPD", "1.0*", "0.9 REL").Package("n", "1.0 SEC")
        );
        Assert.Equal(["a 1.0 any 2026-06-01", "a 1.1 any 2026-06-01"], Lines(first));
        var second = Advance(first, "2026-06-10", MadeUpHost.Apt().Package("a", "1.2 SEC", "1.1 UPD SEC", "1.0*"));
        Assert.Equal(
            [
                "a 1.0 any 2026-06-01",
                "a 1.1 any 2026-06-01",
                "a 1.1 security 2026-06-10",
                "a 1.2 any 2026-06-10",
                "a 1.2 security 2026-06-10",
            ],
            Lines(second)
        );
        var third = Advance(second, "2026-06-20", MadeUpHost.Apt().Package("a", "1.2 SEC", "1.1* SEC"));
        Assert.Equal(
            ["a 1.1 any 2026-06-01", "a 1.1 security 2026-06-10", "a 1.2 any 2026-06-10", "a 1.2 security 2026-06-10"],
            Lines(third)
        );
    }

    /// <summary>An archive has the installed version too; what the sources hide was not offered.</summary>
    [Fact]
    public void Versions_are_stamped_by_who_offers_them() =>
        Assert.Equal(
            ["a 1.0 any 2026-07-01", "a 1.0 security 2026-07-01"],
            Lines(
                Advance(
                    FirstSeenDates.Empty,
                    "2026-07-01",
                    MadeUpHost
                        .Apt()
                        .Hides("HIDDEN", "Exclude of the source x")
                        .Package("a", "1.0 SEC meta=1", "1.0* meta=2", "1.1 HIDDEN", "0.9 SEC")
                )
            )
        );

    [Fact]
    public void A_repository_that_cannot_be_read_loses_no_dates_of_the_installed_version() =>
        Assert.Equal(
            ["a 1.0 any 2026-07-01", "a 1.0 security 2026-06-01"],
            Lines(
                Advance(
                    Dates(("a", "1.0", true, "2026-06-01")),
                    "2026-07-01",
                    MadeUpHost.Apt().Unreadable("SEC").Package("a", "1.0*")
                )
            )
        );

    [Fact]
    public void A_repository_that_cannot_be_read_loses_no_dates()
    {
        var known = Dates(
            ("a", "1.1", true, "2026-06-01"),
            ("a", "0.9", false, "2026-06-01"),
            ("gone", "1.0", false, "2026-06-01")
        );
        var host = MadeUpHost.Apt().Unreadable("SEC").Package("a", "1.0*");
        Assert.Equal(["a 1.0 any 2026-07-01", "a 1.1 security 2026-06-01"], Lines(Advance(known, "2026-07-01", host)));
    }

    [Fact]
    public void A_date_from_a_clock_that_was_ahead_is_cut_to_the_clock() =>
        Assert.Equal(
            ["a 1.0 any 2026-07-01"],
            Lines(
                Advance(Dates(("a", "1.0", false, "2031-01-01")), "2026-07-01", MadeUpHost.Apt().Package("a", "1.0*"))
            )
        );

    /// <summary>
    /// An approval once given by the delay is not taken back while the version is offered, whatever else comes and
    /// goes.
    /// </summary>
    [Fact]
    public void Approval_by_age_is_never_taken_back_while_time_goes_on() =>
        Gen.Select(Gen.Int[1, 4], Gen.Int[0, 9])
            .Array[1, 12]
            .ForAll(steps =>
            {
                var dates = FirstSeenDates.Empty;
                var day = 0;
                var offered = new SortedSet<int> { 1 };
                var approved = "1.0";
                foreach (var (newest, pause) in steps)
                {
                    offered.Add(newest);
                    day += pause;
                    var now = MadeUpHost.Now.AddDays(day);
                    var request = MadeUpHost
                        .Apt()
                        .Package("a", ["1.0*", .. offered.Select(v => $"1.{v} SEC")])
                        .Request(_after7, now);
                    dates = PatchTools.Families.Apt.Evaluation.FirstSeen.Advance(dates, request.Inventory, now);
                    var finding = Assert.Single(
                        BaselineEvaluator
                            .Evaluate(
                                request with
                                {
                                    ApprovalDateSource = ApprovalDateSource.FirstSeen,
                                    FirstSeen = dates,
                                }
                            )
                            .Findings
                    );
                    var wanted = finding.AvailableVersion.Length > 0 ? finding.AvailableVersion : "1.0";
                    Assert.True(string.CompareOrdinal(wanted, approved) >= 0);
                    Assert.True(finding.Explanation.ApprovedFrom is null || finding.Explanation.ApprovedFrom > now);
                    approved = wanted;
                }
            });

    private static PatchFinding FirstSeen(
        MadeUpHost host,
        PatchBaseline baseline,
        params (string Name, string Edition, bool IsSecurity, string Seen)[] dates
    ) =>
        Assert.Single(
            BaselineEvaluator
                .Evaluate(
                    host.Request(baseline) with
                    {
                        ApprovalDateSource = ApprovalDateSource.FirstSeen,
                        FirstSeen = Dates(dates),
                    }
                )
                .Findings
        );

    private static FirstSeenDates Dates(params (string Name, string Edition, bool IsSecurity, string Seen)[] dates) =>
        new(
            dates.ToDictionary(
                d => new SeenVersion(d.Name, "amd64", d.Edition, d.IsSecurity),
                d => MadeUpHost.Instant(d.Seen)
            )
        );

    private static FirstSeenDates Advance(FirstSeenDates known, string now, MadeUpHost host) =>
        PatchTools.Families.Apt.Evaluation.FirstSeen.Advance(known, host.Inventory(), MadeUpHost.Instant(now));

    private static IEnumerable<string> Lines(FirstSeenDates dates) =>
        dates
            .All.Select(d =>
                FormattableString.Invariant(
                    $"{d.Key.Name} {d.Key.Edition} {(d.Key.IsSecurity ? "security" : "any")} {d.Value:yyyy-MM-dd}"
                )
            )
            .Order(StringComparer.Ordinal);
}
