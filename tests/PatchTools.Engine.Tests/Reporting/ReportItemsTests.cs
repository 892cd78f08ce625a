using System.Text;
using PatchTools.Model;
using PatchTools.Ports;
using PatchTools.Reports;
using PatchTools.Reports.Completing;
using PatchTools.Reports.Saving;
using PatchTools.Reports.Sinks.Ssm;
using Xunit;

namespace PatchTools.Engine.Tests.Reporting;

public sealed class ReportItemsTests
{
    private static readonly DateTimeOffset RecordedBoot = new(2026, 11, 23, 5, 52, 56, TimeSpan.Zero);

    [Fact]
    public void Ubuntu_scan_of_the_specification_has_its_hashes()
    {
        var report = ReportSamples.UbuntuScan();
        Assert.Equal(
            "b56bf1c047ea8f9a9b9c14bb1e89a1385443a6ffba9c886b40b32e70357c5058",
            ReportItems.Compliance(report).ContentHash
        );
        Assert.Equal(
            "325ecf6382f6c355139bf7750c7f3237a03a6dce1269b057e2feacbe4c798640",
            ReportItems.Summary(report).ContentHash
        );
    }

    [Fact]
    public void Ubuntu_scan_of_the_specification_leaves_its_states_file() =>
        Assert.Equal(
            "{\"patchStates\": {\"zlib1g.amd64:1:1.2.11\": {\"id\": \"zlib1g.amd64\", "
                + "\"installedTime\": 1622762181.165, \"state\": \"Installed\"}, "
                + "\"adduser.amd64:3.118\": {\"id\": \"adduser.amd64\", "
                + "\"installedTime\": 1622762000.9, \"state\": \"InstalledOther\"}}, "
                + "\"lastNoRebootInstallOperationTime\": 0}",
            Encoding.ASCII.GetString(PatchStatesFile.Serialize(PatchStatesFile.StatesOf(ReportSamples.UbuntuScan())))
        );

    [Fact]
    public void Rpm_install_with_override_list_of_the_specification_has_its_hashes()
    {
        // The example's list order is the package manager's own, not sorted by name.
        var report = ReportSamples.RpmInstall();
        Assert.Equal(
            "acabc50d5a0d7a124b2ae1e2e5f375bdecaf95a7537eef122cd3b4c121e52833",
            ReportItems.Compliance(report).ContentHash
        );
        Assert.Equal(
            "04c948e4d0413f18e9b251990160768b93384ebecbf11ab31639dafcd38883bf",
            ReportItems.Summary(report).ContentHash
        );
    }

    [Fact]
    public void Context_of_the_compliance_item_names_the_snapshot_and_the_start()
    {
        var context = ReportItems.Compliance(ReportSamples.UbuntuScan()).Context!;
        Assert.Equal("11111111-2222-3333-4444-555555555555", context["ExecutionId"]);
        Assert.Equal("2024-01-02T03:04:05Z", context["ExecutionTime"]);
        Assert.Equal(["ComplianceType", "ExecutionId", "ExecutionType", "ExecutionTime"], context.Keys);
    }

    [Theory]
    [InlineData(0, "")]
    [InlineData(1622762181.999, "2021-06-03T23:16:21Z")]
    [InlineData(1e300, "")]
    [InlineData(-1e300, "")]
    [InlineData(double.NaN, "")]
    public void Installed_time_is_cut_to_seconds_and_empty_when_no_calendar_holds_it(double seconds, string text) =>
        Assert.Equal(text, ReportTime.Of(new EpochTime(seconds, IsFractional: true)));

    [Fact]
    public void Cve_ids_go_with_missing_and_failed_only()
    {
        var full = ReportItems.Compliance(ReportSamples.RpmInstall());
        Assert.Equal(1, full.Content!.Count(e => e.Any(m => m.Key == "CVEIds")));
        Assert.DoesNotContain(full.Content!.Select(ReportItems.WithoutCveIds), e => e.Any(m => m.Key == "CVEIds"));
    }

    [Fact]
    public void A_time_that_a_host_forgot_comes_from_the_last_run_on_apt_too()
    {
        var prior = new StoredPatchStates(
            new Dictionary<string, StoredPatchState>
            {
                ["a.amd64:1"] = new("a.amd64", new EpochTime(1767312345.5, IsFractional: true), "InstalledOther"),
            },
            0
        );
        var report = ReportSamples.Report(
            [ReportSamples.Finding("a.amd64", "1", PatchState.InstalledOther)],
            prior: prior
        );
        Assert.Equal(new EpochTime(1767312345, IsFractional: false), report.Findings[0].InstalledTime);
    }

    [Theory]
    [InlineData("scan-default")]
    [InlineData("scan-patch-group")]
    [InlineData("scan-prior-pending-reboot")]
    [InlineData("dnf-scan-default")]
    public void Recorded_scans_come_out_byte_for_byte(string name)
    {
        var report = ReportPublisher.Complete(ReportSamples.FromRecording(name, RecordedBoot), PatchingOutcome.Scan);
        Assert.Equal(
            Recorded(name, "patch-states-configuration.json"),
            Text(PatchStatesFile.Serialize(PatchStatesFile.StatesOf(report)))
        );
        Assert.Equal(
            Recorded(name, "patch-inventory-from-last-operation.json"),
            Text(SummaryFile.Serialize(ReportItems.Summary(report)))
        );
        Assert.Contains(
            $"\"ContentHash\": \"{ReportItems.Compliance(report).ContentHash}\"",
            Recorded(name, "PutInventory.json"),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void A_recorded_install_without_reboot_comes_out_but_for_the_severity_that_pending_packages_have()
    {
        const string Name = "install-clean-noreboot";
        var before = ReportSamples.FromRecording(Name, RecordedBoot);
        using var states = System.Text.Json.JsonDocument.Parse(Recorded(Name, "patch-states-configuration.json"));
        var pending = states
            .RootElement.GetProperty("patchStates")
            .EnumerateObject()
            .Where(p => p.Value.GetProperty("state").GetString() == "InstalledPendingReboot")
            .Select(p => p.Name)
            .ToHashSet();
        var report = ReportPublisher.Complete(
            before,
            new PatchingOutcome
            {
                ExitCode = 194,
                CurrentInstalled = [.. before.Findings.Where(f => pending.Contains(f.Title))],
            }
        );

        Assert.Equal(27, report.Counts.InstalledPendingReboot);
        // Divergence: the recording has no time for what is pending and has no time of its own (on apt the reference's
        // filling has no effect).
        var filled = Recorded(Name, "patch-states-configuration.json")
            .Replace(
                "\"installedTime\": null, \"state\": \"InstalledPendingReboot\"",
                "\"installedTime\": 1795415861, \"state\": \"InstalledPendingReboot\"",
                StringComparison.Ordinal
            );
        Assert.Equal(filled, Text(PatchStatesFile.Serialize(PatchStatesFile.StatesOf(report))));
        // Divergence: the recording has no NonCompliantSeverity.
        Assert.Equal(ComplianceLevel.INFORMATIONAL, report.NonCompliantSeverity);
        Assert.Equal(
            Recorded(Name, "patch-inventory-from-last-operation.json"),
            Text(SummaryFile.Serialize(ReportItems.Summary(report with { NonCompliantSeverity = null })))
        );
    }

    private static string Recorded(string name, string file) =>
        File.ReadAllText(ReportSamples.Recorded($"{name}/{file}"));

    private static string Text(byte[] content) => Encoding.UTF8.GetString(content);
}
