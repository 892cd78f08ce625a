using PatchTools.Reports;
using PatchTools.Reports.Completing;
using Xunit;

namespace PatchTools.Engine.Tests.Reporting;

/// <summary>The steps of reference 06 §3, one package upgraded.</summary>
public sealed class PendingRebootTests
{
    private const string Title = "a.amd64:2";

    private static readonly long Now = ReportSamples.End.ToUnixTimeSeconds();

    private static readonly PatchFinding Installed = ReportSamples.Finding(
        "a.amd64",
        "2",
        PatchState.Installed,
        ComplianceLevel.HIGH,
        "Security",
        time: new EpochTime(Now - 30, IsFractional: true)
    );

    [Fact]
    public void Install_without_reboot_leaves_what_it_installed_pending_and_its_end_as_the_time()
    {
        var report = Run(
            PatchOperation.Install,
            RebootOption.NoReboot,
            code: 194,
            installedNow: true,
            pendingBefore: false,
            last: 0,
            bootedAgo: 1000
        );
        Assert.Equal(PatchState.InstalledPendingReboot, report.Findings[0].State);
        Assert.Equal(Now, PendingReboot.LastNoRebootInstall(report));
    }

    [Fact]
    public void Scan_before_the_reboot_keeps_it_pending_and_the_time_unchanged()
    {
        var report = Run(
            PatchOperation.Scan,
            RebootOption.NoReboot,
            code: 0,
            installedNow: false,
            pendingBefore: true,
            last: Now - 100,
            bootedAgo: 1000
        );
        Assert.Equal(1, report.Counts.InstalledPendingReboot);
        Assert.Equal(Now - 100, PendingReboot.LastNoRebootInstall(report));
    }

    [Fact]
    public void Install_without_reboot_and_nothing_to_do_keeps_it_pending()
    {
        var report = Run(
            PatchOperation.Install,
            RebootOption.NoReboot,
            code: 0,
            installedNow: false,
            pendingBefore: true,
            last: Now - 100,
            bootedAgo: 1000
        );
        Assert.Equal(1, report.Counts.InstalledPendingReboot);
        Assert.Equal(Now, PendingReboot.LastNoRebootInstall(report));
    }

    [Fact]
    public void Install_that_will_reboot_for_leftovers_reports_them_installed()
    {
        var report = Run(
            PatchOperation.Install,
            RebootOption.RebootIfNeeded,
            code: 0,
            installedNow: false,
            pendingBefore: true,
            last: Now - 100,
            bootedAgo: 1000
        );
        Assert.Equal(PatchState.Installed, report.Findings[0].State);
        Assert.Equal(Now - 100, PendingReboot.LastNoRebootInstall(report));
    }

    [Fact]
    public void Scan_after_such_an_install_has_nothing_pending_because_the_states_were_cleaned() =>
        Assert.Equal(
            0,
            Run(
                PatchOperation.Scan,
                RebootOption.NoReboot,
                code: 0,
                installedNow: false,
                pendingBefore: false,
                last: Now - 100,
                bootedAgo: 1000
            ).Counts.InstalledPendingReboot
        );

    [Fact]
    public void Scan_after_the_reboot_clears_it() =>
        Assert.Equal(
            PatchState.Installed,
            Run(
                PatchOperation.Scan,
                RebootOption.NoReboot,
                code: 0,
                installedNow: false,
                pendingBefore: true,
                last: Now - 100,
                bootedAgo: 50
            )
                .Findings[0]
                .State
        );

    [Theory]
    [InlineData(100)]
    [InlineData(0)]
    public void What_a_failed_install_did_install_is_pending_whatever_earlier_runs_were(int lastAgo)
    {
        var report = Run(
            PatchOperation.Install,
            RebootOption.RebootIfNeeded,
            code: 1,
            installedNow: true,
            pendingBefore: false,
            last: lastAgo == 0 ? 0 : Now - lastAgo,
            bootedAgo: 1000
        );
        Assert.Equal(1, report.Counts.InstalledPendingReboot);
        Assert.Equal(lastAgo == 0 ? 0 : Now - lastAgo, PendingReboot.LastNoRebootInstall(report));
    }

    [Theory]
    [InlineData(194)]
    [InlineData(195)]
    [InlineData(196)]
    public void Install_that_asks_for_the_reboot_reports_installed(int code) =>
        Assert.Equal(
            0,
            Run(
                PatchOperation.Install,
                RebootOption.RebootIfNeeded,
                code,
                installedNow: true,
                pendingBefore: false,
                last: Now - 100,
                bootedAgo: 1000
            ).Counts.InstalledPendingReboot
        );

    [Fact]
    public void Severity_of_what_does_not_comply_counts_pending_packages() =>
        Assert.Equal(
            ComplianceLevel.HIGH,
            Run(
                PatchOperation.Scan,
                RebootOption.NoReboot,
                code: 0,
                installedNow: false,
                pendingBefore: true,
                last: Now - 100,
                bootedAgo: 1000
            ).NonCompliantSeverity
        );

    [Fact]
    public void Unknown_boot_time_proves_no_reboot() =>
        Assert.Equal(
            1,
            Run(
                PatchOperation.Scan,
                RebootOption.NoReboot,
                code: 0,
                installedNow: false,
                pendingBefore: true,
                last: Now - 100,
                bootedAgo: null
            ).Counts.InstalledPendingReboot
        );

    /// <summary>In seconds before the end of the run; the last install without a reboot was 100 before.</summary>
    [Theory]
    [InlineData(101, 1)]
    [InlineData(100, 0)]
    [InlineData(99, 0)]
    public void A_boot_at_the_time_of_the_install_is_the_reboot(int bootedAgo, int pending) =>
        Assert.Equal(
            pending,
            Run(
                PatchOperation.Scan,
                RebootOption.NoReboot,
                code: 0,
                installedNow: false,
                pendingBefore: true,
                last: Now - 100,
                bootedAgo
            ).Counts.InstalledPendingReboot
        );

    [Fact]
    public void Without_an_install_that_asked_for_no_reboot_nothing_is_carried_over() =>
        Assert.Equal(
            0,
            Run(
                PatchOperation.Scan,
                RebootOption.NoReboot,
                code: 0,
                installedNow: false,
                pendingBefore: true,
                last: 0,
                bootedAgo: null
            ).Counts.InstalledPendingReboot
        );

    /// <summary>Only what is still installed under the same title waits, and what waits is there once.</summary>
    [Fact]
    public void What_waits_is_what_is_still_installed_under_the_same_title()
    {
        PatchFinding[] findings =
        [
            Installed,
            Finding("b.amd64", "3", PatchState.InstalledOther),
            Finding("c.amd64", "1", PatchState.Missing),
            Finding("d.amd64", "1", PatchState.InstalledRejected),
            Finding("e.amd64", "1", PatchState.Installed),
        ];
        var states = new Dictionary<string, StoredPatchState>
        {
            [Title] = new("a.amd64", null, "InstalledPendingReboot"),
            ["b.amd64:2"] = new("b.amd64", null, "InstalledPendingReboot"),
            ["c.amd64:1"] = new("c.amd64", null, "InstalledPendingReboot"),
            ["d.amd64:1"] = new("d.amd64", null, "InstalledPendingReboot"),
            ["e.amd64:1"] = new("e.amd64", null, "Installed"),
        };
        var report = ReportSamples.Report([], prior: new StoredPatchStates(states, Now - 100)) with
        {
            Findings = findings,
        };

        var completed = ReportPublisher.Complete(report, PatchingOutcome.Scan).Findings;

        Assert.Equal(
            ["e Installed", "b InstalledOther", "a InstalledPendingReboot", "d InstalledPendingReboot", "c Missing"],
            completed.Select(f => $"{f.Name} {f.State}")
        );
        Assert.Equal("patched since the last boot, waits for a reboot", completed[2].Why);
        Assert.StartsWith(
            "InstalledRejected but for the reboot: ",
            completed[3].Explanation.Observations[^1],
            StringComparison.Ordinal
        );

        static PatchFinding Finding(string id, string edition, PatchState state) =>
            ReportSamples.Finding(id, edition, state);
    }

    /// <summary>Live patches take effect at once, and their kernel is not needed (reference 15 §4.2).</summary>
    [Theory]
    [InlineData(true, "bash.x86_64:0:5-1")]
    [InlineData(false, "bash.x86_64:0:5-1 kernel-livepatch-4.14.165-131.185.x86_64:0:1-1")]
    public void Live_patches_wait_for_no_reboot_where_they_are_applied(bool isEnabled, string titles)
    {
        StoredPatchState Waiting(string id) => new(id, null, "InstalledPendingReboot");
        var states = new StoredPatchStates(
            new Dictionary<string, StoredPatchState>
            {
                ["bash.x86_64:0:5-1"] = Waiting("bash.x86_64"),
                ["kernel-livepatch-4.14.165-131.185.x86_64:0:1-1"] = Waiting(
                    "kernel-livepatch-4.14.165-131.185.x86_64"
                ),
                ["zlib.x86_64:0:1-1"] = new("zlib.x86_64", null, "Installed"),
            },
            Now - 100
        );

        Assert.Equal(
            titles,
            string.Join(
                ' ',
                PendingReboot
                    .PendingTitles(states, new PatchTools.Model.LivePatching { IsEnabled = isEnabled })
                    .Order(StringComparer.Ordinal)
            )
        );
    }

    [Fact]
    public void Completing_a_report_twice_changes_nothing()
    {
        var once = Run(
            PatchOperation.Scan,
            RebootOption.NoReboot,
            code: 0,
            installedNow: false,
            pendingBefore: true,
            last: Now - 100,
            bootedAgo: 1000
        );
        var twice = ReportPublisher.Complete(once, PatchingOutcome.Scan);
        Assert.Equal(once.Findings, twice.Findings);
        Assert.Equal(once.Counts, twice.Counts);
    }

    [Fact]
    public void A_package_without_installed_time_gets_the_end_of_the_run_and_all_duplicates_of_a_title_move()
    {
        var current = Installed with { InstalledTime = null };
        var report = ReportSamples.Report([]) with
        {
            Operation = PatchOperation.Install,
            RebootOption = RebootOption.NoReboot,
            Findings = [current, current with { State = PatchState.InstalledOther }],
        };
        var findings = ReportPublisher
            .Complete(report, new PatchingOutcome { ExitCode = 194, CurrentInstalled = [current] })
            .Findings;
        Assert.Equal(new EpochTime(Now, IsFractional: false), Assert.Single(findings).InstalledTime);
    }

    [Fact]
    public void Pending_packages_of_one_name_are_sorted_by_architecture_and_edition()
    {
        PatchFinding[] current =
        [
            ReportSamples.Finding("b.x86_64", "0:2-1", PatchState.Installed),
            ReportSamples.Finding("b.i686", "0:2-1", PatchState.Installed),
            ReportSamples.Finding("b.x86_64", "0:1-1", PatchState.Installed),
            ReportSamples.Finding("a.x86_64", "0:9-1", PatchState.Installed),
        ];
        var report = ReportSamples.Report([], PackageFamily.Dnf) with
        {
            Operation = PatchOperation.Install,
            RebootOption = RebootOption.NoReboot,
            Findings = current,
        };
        Assert.Equal(
            ["a.x86_64:0:9-1", "b.i686:0:2-1", "b.x86_64:0:1-1", "b.x86_64:0:2-1"],
            ReportPublisher
                .Complete(report, new PatchingOutcome { ExitCode = 194, CurrentInstalled = current })
                .Findings.Select(f => f.Title)
        );
    }

    private static ComplianceReport Run(
        PatchOperation operation,
        RebootOption option,
        int code,
        bool installedNow,
        bool pendingBefore,
        long last,
        int? bootedAgo
    )
    {
        var states = new Dictionary<string, StoredPatchState>
        {
            [Title] = new(
                "a.amd64",
                new EpochTime(Now - 200, IsFractional: true),
                pendingBefore ? "InstalledPendingReboot" : "Installed"
            ),
        };
        var report = ReportSamples.Report(
            [],
            prior: new StoredPatchStates(states, last),
            boot: bootedAgo is { } ago ? ReportSamples.End.AddSeconds(-ago) : null
        ) with
        {
            Findings = [Installed],
            Operation = operation,
            RebootOption = option,
        };
        return ReportPublisher.Complete(
            report,
            new PatchingOutcome { ExitCode = code, CurrentInstalled = installedNow ? [Installed] : [] }
        );
    }
}
