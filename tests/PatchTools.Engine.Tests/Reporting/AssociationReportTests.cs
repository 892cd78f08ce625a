using PatchTools.Errors;
using PatchTools.Hosts;
using PatchTools.Ports;
using PatchTools.Reports;
using PatchTools.Reports.Saving;
using PatchTools.Reports.Sinks.Ssm;
using PatchTools.Testing;
using Xunit;
using static PatchTools.Ports.PatchServiceFailure;

namespace PatchTools.Engine.Tests.Reporting;

/// <summary>The report of an association (reference 07 §8).</summary>
public sealed class AssociationReportTests : IDisposable
{
    private static readonly AssociationReference Association = new(
        "12345678-1234-4234-8234-123456789012",
        ComplianceLevel.HIGH
    );

    private readonly TemporaryDirectory _directory = new();
    private readonly RecordingObserver _observer = new();

    /// <summary>What the service answers, and how each call is made: F in full, P the hash alone.</summary>
    public static TheoryData<string, bool, PatchServiceFailure?[], string, bool> Sequences =>
        new()
        {
            { ReportSamples.InstanceId, false, [null], "F", true },
            { ReportSamples.InstanceId, true, [null], "P", true },
            { ReportSamples.InstanceId, true, [ItemContentMismatch, null], "P, F", true },
            { ReportSamples.InstanceId, false, [ItemContentMismatch, ItemContentMismatch], "F, F", false },
            { ReportSamples.InstanceId, false, [AccessDenied, null], "F, fallback F", true },
            { "mi-0123456789abcdef0", false, [AccessDenied], "F", false },
            { ReportSamples.InstanceId, false, [ItemSizeLimitExceeded], "F", false },
            { ReportSamples.InstanceId, false, [Unreachable], "F", false },
        };

    public void Dispose() => _directory.Dispose();

    /// <summary>Values and hash of the recorded run <c>association-scan</c>.</summary>
    [Fact]
    public void The_hash_covers_the_entry_and_the_start_of_the_operation()
    {
        var start = new DateTimeOffset(2026, 11, 23, 6, 44, 3, TimeSpan.Zero);
        var sample = ReportSamples.UbuntuScan();
        var report = sample with
        {
            Association = Association,
            Start = start,
            End = start,
            ExecutionId = "99999999-8888-4777-8666-555555555555",
            Snapshot = sample.Snapshot with
            {
                SnapshotId = "11111111-2222-4333-8444-555555555555",
                PatchGroup = "",
                Baseline = sample.Snapshot.Baseline with
                {
                    BaselineId = "pb-0123456789abcdef0",
                    Name = "AWS-DebianDefaultPatchBaseline",
                },
            },
            Counts = new ComplianceCounts
            {
                Installed = 2,
                InstalledOther = 10,
                NotApplicable = 4,
                Missing = 31,
                SecurityNonCompliant = 31,
            },
            NonCompliantSeverity = ComplianceLevel.INFORMATIONAL,
        };

        var call = AssociationReport.Of(report, ReportSamples.InstanceId);

        Assert.Equal("a34eaffbb71a90186f57c5d5e96617a7144ae4de1c60d38350fa30fdae818cdb", call.ContentHash);
        Assert.Equal(
            (Association.Id, "HIGH", "NON_COMPLIANT", start),
            (call.Item!.Id, call.Item.Severity, call.Item.Status, call.ExecutionTime)
        );
    }

    [Theory]
    [MemberData(nameof(Sequences))]
    public async Task An_associations_report_follows_the_scheme_of_the_instances_without_its_answer_to_a_size_limit(
        string instanceId,
        bool isKnown,
        PatchServiceFailure?[] answers,
        string sequence,
        bool succeeds
    )
    {
        var host = ReportSamples.Host(_directory.Path);
        var report = ReportSamples.UbuntuScan() with { Association = Association };
        var markers = new HashMarkers(host, _observer);
        if (isKnown)
            markers.Replace(AssociationReport.Of(report, instanceId).ContentHash);
        var service = new ScriptedPatchService(answers);
        var publisher = new ReportPublisher(host, (_, _) => service, _observer);

        if (succeeds)
        {
            var (published, receipt) = await publisher.PublishAsync(
                report,
                instanceId,
                ReportSamples.Region,
                CancellationToken.None
            );
            Assert.True(published.Uploaded);
            Assert.Equal((Association.Id, 1), (receipt!.AssociationId, receipt.Items));
            Assert.True(markers.Contains(receipt.ComplianceHash));
        }
        else
        {
            var error = await Assert.ThrowsAsync<PatchToolsException>(() =>
                publisher.PublishAsync(report, instanceId, ReportSamples.Region, CancellationToken.None)
            );
            Assert.Equal(PatchErrors.AssociationReportFailed, error.Error);
            Assert.Contains("kept in full as", error.Message, StringComparison.Ordinal);
        }

        Assert.Equal(
            sequence,
            string.Join(
                ", ",
                service.AssociationCalls.Select(c =>
                    (c.Client == ServiceClient.Fallback ? "fallback " : "") + (c.Call.Item is null ? "P" : "F")
                )
            )
        );
        Assert.Empty(service.Calls);
        Assert.False(File.Exists(new SummaryFile(host).Path));
        Assert.True(File.Exists(new PatchStatesFile(host, _observer).Path));
    }
}
