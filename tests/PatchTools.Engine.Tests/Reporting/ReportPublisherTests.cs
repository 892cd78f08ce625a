using PatchTools.Errors;
using PatchTools.Hosts;
using PatchTools.Ports;
using PatchTools.Reports;
using PatchTools.Reports.Saving;
using PatchTools.Reports.Sinks.Ssm;
using PatchTools.Reports.Spool;
using PatchTools.Testing;
using Xunit;
using static PatchTools.Ports.PatchServiceFailure;

namespace PatchTools.Engine.Tests.Reporting;

public sealed class ReportPublisherTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly RecordingObserver _observer = new();

    public void Dispose() => _directory.Dispose();

    /// <summary>
    /// Reference 07 §7 "Verified sequences", QUIRKs in their correct reading. F: full with CVE ids, C: full without, P:
    /// hash alone.
    /// </summary>
    public static TheoryData<string, string, bool, PatchServiceFailure?[], string, bool> VerifiedSequences =>
        new()
        {
            { "new hash, success", ReportSamples.InstanceId, false, [null], "F", true },
            { "known hash, success", ReportSamples.InstanceId, true, [null], "P", true },
            { "known hash, mismatch", ReportSamples.InstanceId, true, [ItemContentMismatch, null], "P, F", true },
            { "known hash, invalid content", ReportSamples.InstanceId, true, [InvalidItemContent, null], "P, F", true },
            {
                "mismatch twice",
                ReportSamples.InstanceId,
                false,
                [ItemContentMismatch, ItemContentMismatch],
                "F, F",
                false
            },
            { "size limit, then ok", ReportSamples.InstanceId, false, [ItemSizeLimitExceeded, null], "F, C", true },
            {
                "size limit twice",
                ReportSamples.InstanceId,
                false,
                [ItemSizeLimitExceeded, ItemSizeLimitExceeded],
                "F, C",
                false
            },
            { "access denied on EC2", ReportSamples.InstanceId, false, [AccessDenied, null], "F, fallback F", true },
            {
                "access denied on EC2, fallback too",
                ReportSamples.InstanceId,
                false,
                [AccessDenied, AccessDenied],
                "F, fallback F",
                false
            },
            { "access denied on managed instance", "mi-0123456789abcdef0", false, [AccessDenied], "F", false },
            { "no credentials on EC2", ReportSamples.InstanceId, false, [NoCredentials, null], "F, fallback F", true },
            { "no credentials on managed instance", "mi-0123456789abcdef0", false, [NoCredentials], "F", false },
            {
                "total size limit on EC2",
                ReportSamples.InstanceId,
                false,
                [TotalSizeLimitExceeded, null],
                "F, C",
                true
            },
            { "known hash, size limit", ReportSamples.InstanceId, true, [ItemSizeLimitExceeded, null], "P, C", true },
            {
                "known hash, mismatch, then access denied",
                ReportSamples.InstanceId,
                true,
                [ItemContentMismatch, AccessDenied, null],
                "P, F, fallback F",
                true
            },
            {
                "fallback answers mismatch",
                ReportSamples.InstanceId,
                true,
                [AccessDenied, ItemContentMismatch],
                "P, fallback P",
                false
            },
            { "no answer", ReportSamples.InstanceId, false, [Unreachable], "F", false },
            { "refused before sending", ReportSamples.InstanceId, false, [InvalidRequest], "F", false },
        };

    [Theory]
    [MemberData(nameof(VerifiedSequences))]
    public async Task Upload_follows_the_verified_sequences(
        string name,
        string instanceId,
        bool isKnown,
        PatchServiceFailure?[] answers,
        string sequence,
        bool succeeds
    )
    {
        Assert.NotEmpty(name);
        var host = Host();
        var report = ReportSamples.RpmInstall();
        var markers = new HashMarkers(host, _observer);
        if (isKnown)
            markers.Replace(ReportItems.Compliance(report).ContentHash);
        var service = new ScriptedPatchService(answers);
        var publisher = Publisher(host, service);

        if (succeeds)
        {
            var (published, receipt) = await publisher.PublishAsync(
                report,
                instanceId,
                ReportSamples.Region,
                CancellationToken.None
            );
            Assert.True(published.Uploaded);
            var sent = service.Calls[^1].Items[1];
            Assert.Equal(sent.ContentHash, receipt!.ComplianceHash);
            Assert.Equal(sent.Content is not null, receipt.ContentSent);
            Assert.Equal(sequence.Contains('C', StringComparison.Ordinal), receipt.CveIdsDropped);
            Assert.Equal([sent.ContentHash], Names(Path.Combine(host.Paths.StateDirectory, "pb-hashes")));
            Assert.Empty(Names(Path.Combine(host.Paths.DataDirectory, "spool")));
            if (sent.Content is not null)
                Assert.Equal(ReportItems.ContentHash(sent.Content), sent.ContentHash);
        }
        else
        {
            var error = await Assert.ThrowsAsync<PatchToolsException>(() =>
                publisher.PublishAsync(report, instanceId, ReportSamples.Region, CancellationToken.None)
            );
            Assert.Equal(PatchErrors.ReportUploadFailed, error.Error);
            Assert.Equal(1, error.ExitCode);
            Assert.Contains(answers[^1]!.Value.ToString(), error.Message, StringComparison.Ordinal);
            Assert.Single(Names(Path.Combine(host.Paths.DataDirectory, "spool")));
        }

        Assert.Equal(sequence, service.Sequence);
        Assert.All(
            service.Calls,
            c =>
                Assert.Equal(
                    (instanceId, "AWS:PatchSummary", "AWS:ComplianceItem"),
                    (c.InstanceId, c.Items[0].TypeName, c.Items[1].TypeName)
                )
        );
        Assert.All(service.Calls, c => Assert.NotNull(c.Items[0].Content));
    }

    [Fact]
    public async Task States_and_summary_are_saved_before_the_upload_and_a_killed_upload_has_not_lost_the_report()
    {
        var host = Host();
        string[] during = [];
        var publisher = new ReportPublisher(
            host,
            (_, _) =>
            {
                during =
                [
                    .. Directory
                        .GetFiles(_directory.Path, "*.json", SearchOption.AllDirectories)
                        .Select(f => Path.GetFileName(Path.GetDirectoryName(f))!)
                        .Order(),
                ];
                throw new OperationCanceledException();
            },
            _observer
        );
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            publisher.PublishAsync(
                ReportSamples.UbuntuScan(),
                ReportSamples.InstanceId,
                ReportSamples.Region,
                CancellationToken.None
            )
        );
        Assert.Equal(["history", "patch-configuration", "patch-configuration", "reports", "spool"], during);
        Assert.Single(new ReportSpool(host, _observer).Read());
    }

    [Fact]
    public async Task Snapshot_that_is_not_the_services_is_saved_and_not_sent()
    {
        foreach (var origin in new[] { SnapshotOrigin.Default, SnapshotOrigin.File })
        {
            var report = ReportSamples.UbuntuScan();
            report = report with { Snapshot = report.Snapshot with { Origin = origin, CarriesServiceIds = false } };
            await Refused(report, PatchErrors.SnapshotNotFromService, saved: true);
        }
    }

    [Fact]
    public async Task Saved_snapshot_with_the_services_ids_is_sent()
    {
        var report = ReportSamples.UbuntuScan();
        var service = new ScriptedPatchService([null]);
        await Publisher(Host(), service)
            .PublishAsync(
                report with
                {
                    Snapshot = report.Snapshot with { Origin = SnapshotOrigin.File },
                },
                ReportSamples.InstanceId,
                ReportSamples.Region,
                CancellationToken.None
            );
        Assert.Equal("C", service.Sequence);
    }

    [Theory]
    [InlineData(InventoryOrigin.Root)]
    [InlineData(InventoryOrigin.File)]
    public async Task Inventory_of_another_host_is_neither_saved_nor_sent(InventoryOrigin origin)
    {
        var report = ReportSamples.Report([], origin: origin);
        await Refused(report, PatchErrors.InventoryNotOfThisHost, saved: false);
        Assert.Equal(
            PatchErrors.InventoryNotOfThisHost,
            Assert.Throws<PatchToolsException>(() => Publisher(Host()).Save(report)).Error
        );
    }

    [Fact]
    public async Task Metadata_that_proves_nothing_is_saved_and_not_sent()
    {
        var report = ReportSamples.UbuntuScan();
        var stale = new RepositoryHealth
        {
            Name = "http://deb.example.org/debian bookworm main",
            Status = RepositoryStatus.Stale,
        };
        report = report with { Inventory = report.Inventory with { Repositories = [stale] } };
        var error = await Refused(report, PatchErrors.MetadataNotProven, saved: true);
        Assert.Contains(stale.Name, error.Message, StringComparison.Ordinal);
        Assert.Equal(1, error.ExitCode);
    }

    [Fact]
    public async Task Baseline_override_is_saved_and_logged_and_is_no_error()
    {
        var host = Host();
        var report = ReportSamples.UbuntuScan();
        var (published, receipt) = await Publisher(host)
            .PublishAsync(
                report with
                {
                    Snapshot = report.Snapshot with { Origin = SnapshotOrigin.Override },
                },
                ReportSamples.InstanceId,
                ReportSamples.Region,
                CancellationToken.None
            );
        Assert.Null(receipt);
        Assert.False(published.Uploaded);
        Assert.NotNull(published.UploadNote);
        Assert.True(File.Exists(new SummaryFile(host).Path));
        Assert.Equal(2, _observer.Lines.Count(l => l.StartsWith("[BASELINE OVERRIDE]:", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_state_directory_that_cannot_be_written_does_not_keep_the_report_from_the_service()
    {
        var host = Host();
        File.WriteAllText(host.Paths.StateDirectory, "a file where the directory should be");
        var service = new ScriptedPatchService([null]);
        var error = await Assert.ThrowsAsync<PatchToolsException>(() =>
            Publisher(host, service)
                .PublishAsync(
                    ReportSamples.UbuntuScan(),
                    ReportSamples.InstanceId,
                    ReportSamples.Region,
                    CancellationToken.None
                )
        );
        Assert.Equal(PatchErrors.StateUnwritable, error.Error);
        Assert.Equal("C", service.Sequence);
    }

    [Fact]
    public async Task A_report_that_is_not_to_be_sent_is_not_said_to_be_saved_where_it_was_not()
    {
        var host = Host();
        File.WriteAllText(host.Paths.StateDirectory, "a file where the directory should be");
        var report = ReportSamples.UbuntuScan();
        report = report with { Snapshot = report.Snapshot with { Origin = SnapshotOrigin.Default } };

        var error = await Assert.ThrowsAsync<PatchToolsException>(() =>
            Publisher(host, new ScriptedPatchService([null]))
                .PublishAsync(report, ReportSamples.InstanceId, ReportSamples.Region, CancellationToken.None)
        );

        Assert.Equal(PatchErrors.StateUnwritable, error.Error);
        Assert.DoesNotContain("was saved", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pending_reports_are_sent_oldest_first_and_then_gone()
    {
        var host = Host();
        await Spool(host, At(1), At(2), At(3));
        var service = new ScriptedPatchService(null, null, null);
        var receipts = await Publisher(host, service)
            .PublishPendingAsync(ReportSamples.InstanceId, CancellationToken.None);
        Assert.Equal(3, receipts.Count);
        Assert.Equal(
            ["2024-01-02T03:06:06Z", "2024-01-02T03:07:06Z", "2024-01-02T03:08:06Z"],
            service.Calls.Select(c => c.Items[0].CaptureTime)
        );
        Assert.Empty(new ReportSpool(host, _observer).Read());
    }

    [Fact]
    public async Task A_newer_upload_makes_older_unsent_reports_obsolete()
    {
        var host = Host();
        await Spool(host, At(1), At(2));
        await Publisher(host, new ScriptedPatchService([null]))
            .PublishAsync(At(3), ReportSamples.InstanceId, ReportSamples.Region, CancellationToken.None);
        Assert.Empty(new ReportSpool(host, _observer).Read());
        Assert.Equal(2, _observer.Lines.Count(l => l.Contains("was dropped", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_pending_report_that_always_fails_does_not_hold_up_newer_ones()
    {
        var host = Host();
        await Spool(host, At(1), At(2));
        var receipts = await Publisher(host, new ScriptedPatchService(InvalidRequest, null))
            .PublishPendingAsync(null, CancellationToken.None);
        Assert.Single(receipts);
        Assert.Empty(new ReportSpool(host, _observer).Read());
    }

    [Fact]
    public async Task Pending_reports_that_still_fail_stay_and_the_error_says_why()
    {
        var host = Host();
        await Spool(host, At(1));
        var error = await Assert.ThrowsAsync<PatchToolsException>(() =>
            Publisher(host, new ScriptedPatchService(Unreachable)).PublishPendingAsync(null, CancellationToken.None)
        );
        Assert.Equal(PatchErrors.ReportUploadFailed, error.Error);
        Assert.Single(new ReportSpool(host, _observer).Read());
    }

    [Fact]
    public async Task Pending_reports_older_than_the_hosts_last_upload_are_dropped_unsent()
    {
        var host = Host();
        await Spool(host, At(1));
        ((FixedClock)host.Clock).Now = ReportSamples.End.AddMinutes(5);
        // The reference has uploaded since: its marker is all that it leaves.
        new HashMarkers(host, _observer).Replace(new string('a', 64));
        Assert.Empty(await Publisher(host).PublishPendingAsync(null, CancellationToken.None));
        Assert.Empty(new ReportSpool(host, _observer).Read());
    }

    [Fact]
    public async Task Pending_reports_of_another_instance_stay_on_a_cloned_disk()
    {
        var host = Host();
        await Spool(host, At(1));
        Assert.Empty(await Publisher(host).PublishPendingAsync("i-0000000000000000f", CancellationToken.None));
        Assert.Single(new ReportSpool(host, _observer).Read());
        Assert.Contains(_observer.Warnings, w => w.Contains(ReportSamples.InstanceId, StringComparison.Ordinal));
    }

    private static ComplianceReport At(int minutes) =>
        ReportSamples.UbuntuScan() with
        {
            End = ReportSamples.End.AddMinutes(minutes),
        };

    private static string[] Names(string directory) =>
        Directory.Exists(directory)
            ? [.. Directory.GetFileSystemEntries(directory).Select(e => Path.GetFileName(e))]
            : [];

    private HostContext Host() => ReportSamples.Host(_directory.Path);

    private ReportPublisher Publisher(HostContext host, IPatchService? service = null) =>
        new(host, (_, _) => service ?? throw new InvalidOperationException("nothing may be sent"), _observer);

    private async Task Spool(HostContext host, params ComplianceReport[] reports)
    {
        foreach (var report in reports)
            await Assert.ThrowsAsync<PatchToolsException>(() =>
                Publisher(host, new ScriptedPatchService(Unreachable))
                    .PublishAsync(report, ReportSamples.InstanceId, ReportSamples.Region, CancellationToken.None)
            );
    }

    private async Task<PatchToolsException> Refused(ComplianceReport report, PatchError error, bool saved)
    {
        var host = Host();
        var thrown = await Assert.ThrowsAsync<PatchToolsException>(() =>
            Publisher(host).PublishAsync(report, ReportSamples.InstanceId, ReportSamples.Region, CancellationToken.None)
        );
        Assert.Equal(error, thrown.Error);
        Assert.Equal(saved, File.Exists(new PatchStatesFile(host, _observer).Path));
        Assert.Equal(saved, File.Exists(new SummaryFile(host).Path));
        Assert.False(Directory.Exists(Path.Combine(host.Paths.StateDirectory, "pb-hashes")));
        return thrown;
    }
}
