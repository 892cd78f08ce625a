using System.Text;
using PatchTools.Snapshots;
using Xunit;

namespace PatchTools.Engine.Tests.Snapshots;

public sealed class SnapshotWriterTests
{
    public static TheoryData<string> Recordings => [.. RecordedDocuments.Snapshots];

    internal static PatchBaseline Full { get; } =
        new()
        {
            BaselineId = "pb-0123456789abcdef0",
            Name = "Everything \"quoted\" <&> é 😀",
            Description = "Line\nbreak",
            OperatingSystem = "AMAZON_LINUX_2023",
            GlobalFilters = [new("PRODUCT", ["*"]), new("SEVERITY", [])],
            ApprovalRules =
            [
                new()
                {
                    Filters = [new("CLASSIFICATION", ["Security", "Bugfix"])],
                    ComplianceLevel = ComplianceLevel.CRITICAL,
                    EnableNonSecurity = true,
                    ApproveAfterDays = 0,
                },
                new() { ApproveUntilDate = new DateOnly(2026, 3, 1) },
                new(),
            ],
            ApprovedPatches = ["kernel*", "CVE-2026-1"],
            ApprovedPatchesComplianceLevel = ComplianceLevel.HIGH,
            ApprovedPatchesEnableNonSecurity = true,
            RejectedPatches = ["nginx"],
            RejectedPatchesAction = RejectedPatchesAction.BLOCK,
            Sources = [new("my-repo", ["*", "AmazonLinux2023"], "[my]\nbaseurl=https://example.com\n")],
        };

    [Fact]
    public void What_is_written_is_read_back_whole()
    {
        foreach (var content in new[] { BareBaseline.Of(Full), SnapshotWriter.WriteDocument(Full, "web") })
        {
            var baseline = SnapshotReader.Read(content, "x").Baseline;
            Assert.Equivalent(Full, baseline, strict: true);
            Assert.Equal(BareBaseline.Of(Full), BareBaseline.Of(baseline));
        }

        Assert.Equal("web", SnapshotReader.Read(SnapshotWriter.WriteDocument(Full, "web"), "x").PatchGroup);
        Assert.EndsWith("}\n", Encoding.UTF8.GetString(SnapshotWriter.WriteDocument(Full)), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Recordings))]
    public void Recorded_baselines_survive_the_round_trip(string name)
    {
        var baseline = SnapshotReader.Read(RecordedDocuments.Read(name), name).Baseline;
        Assert.Equivalent(
            baseline,
            SnapshotReader.Read(SnapshotWriter.WriteDocument(baseline), name).Baseline,
            strict: true
        );
    }

    [Fact]
    public void A_baseline_without_id_stays_without()
    {
        var bare = Full with { BaselineId = null };
        Assert.DoesNotContain(
            "BaselineId",
            Encoding.UTF8.GetString(SnapshotWriter.WriteServiceBaseline(bare)),
            StringComparison.Ordinal
        );
        Assert.Null(SnapshotReader.Read(SnapshotWriter.WriteDocument(bare), "x").Baseline.BaselineId);
    }

    [Fact]
    public void A_saved_snapshot_carries_its_ids_but_never_one_that_the_service_does_not_know()
    {
        var snapshot = new PatchSnapshot
        {
            SnapshotId = "11111111-2222-4333-8444-555555555555",
            Origin = SnapshotOrigin.Service,
            Baseline = Full,
            Product = "AmazonLinux2023",
            PatchGroup = "web",
            InstanceId = "i-0123456789abcdef0",
            Region = "us-east-1",
            CarriesServiceIds = true,
            OperationStart = DateTimeOffset.UnixEpoch,
        };
        var saved = SnapshotReader.Read(SnapshotWriter.WriteSnapshot(snapshot), "x");
        Assert.Equal(
            (
                snapshot.SnapshotId,
                "AmazonLinux2023",
                "web",
                "i-0123456789abcdef0",
                "us-east-1",
                null,
                SnapshotForm.Saved
            ),
            (
                saved.SnapshotId,
                saved.Product,
                saved.PatchGroup,
                saved.InstanceId,
                saved.Region,
                saved.BaselineOverride,
                saved.Form
            )
        );

        var overridden = SnapshotReader.Read(
            SnapshotWriter.WriteSnapshot(snapshot with { CarriesServiceIds = false, BaselineOverride = "s3://b/k" }),
            "x"
        );
        Assert.Null(overridden.SnapshotId);
        Assert.Equal("s3://b/k", overridden.BaselineOverride);
    }
}
