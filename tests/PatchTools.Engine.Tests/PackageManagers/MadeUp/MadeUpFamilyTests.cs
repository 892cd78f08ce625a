using PatchTools.Engine.Tests.Snapshots;
using PatchTools.Errors;
using PatchTools.Families;
using PatchTools.Families.Apt;
using PatchTools.Families.Shared;
using PatchTools.Hosts;
using PatchTools.Model;
using PatchTools.Operations;
using PatchTools.Ports;
using PatchTools.Testing;
using Xunit;

namespace PatchTools.Engine.Tests.PackageManagers.MadeUp;

/// <summary>A new family needs its folder and one line in the registry, and nothing else of the engine.</summary>
public sealed class MadeUpFamilyTests : IDisposable
{
    private static readonly FamilyRegistry WithParcels = new(new AptFamily(), new ParcelFamily());

    private readonly TemporaryDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_host_of_it_is_scanned_and_judged()
    {
        WriteHost();

        var report = await ScanAsync(
            new PatchBaseline
            {
                OperatingSystem = "PARCELOS",
                ApprovalRules = [new ApprovalRule()],
                RejectedPatches = ["glue"],
            }
        );

        Assert.Equal("parcel", report.Inventory.PackageManager);
        var missing = Assert.Single(report.Findings, finding => finding.State == PatchState.Missing);
        Assert.Equal(("tape", "2", "10"), (missing.Name, missing.InstalledVersion, missing.AvailableVersion));
        Assert.Equal(1, report.Counts.NotApplicable);
        Assert.Equal(2, report.Counts.InstalledOther);
        Assert.Equal("NonCompliant", report.Verdict.ToString());
    }

    [Fact]
    public async Task The_families_that_are_shipped_do_not_know_it()
    {
        WriteHost();
        var run = new PatchRun(Host, new FakeAdapters(), SilentObserver.Instance);

        var error = await Assert.ThrowsAsync<PatchToolsException>(() =>
            run.GetInventoryAsync(new InventoryRequest(), null, TestContext.Current.CancellationToken)
        );

        Assert.Equal(PatchErrors.PackageManagerNotFound, error.Error);
        var unknown = Assert.Throws<PatchToolsException>(() => ShippedFamilies.All.Of(new ParcelFamily().Id));
        Assert.Contains("does not know the package family 100", unknown.Message, StringComparison.Ordinal);
    }

    private HostContext Host =>
        new()
        {
            Paths = new HostPaths { Root = _folder.Path, DataDirectory = _folder.File("data") },
            Environment = new Dictionary<string, string>(StringComparer.Ordinal),
        };

    private void WriteHost()
    {
        Directory.CreateDirectory(_folder.File("etc/parcels"));
        File.WriteAllText(_folder.File("etc/os-release"), "ID=parcelos\nVERSION_ID=1\n");
        File.WriteAllText(_folder.File(ParcelFamily.Installed), "tape 2\nglue 1\nbox 7\n");
        File.WriteAllText(_folder.File(ParcelFamily.Offered), "tape 10\ntape 9\nglue 2\nstring 1\n");
    }

    private async Task<ComplianceReport> ScanAsync(PatchBaseline baseline)
    {
        var run = new PatchRun(Host, new FakeAdapters(), SilentObserver.Instance) { Families = WithParcels };
        var snapshot = new PatchSnapshot
        {
            SnapshotId = "made-up",
            Origin = SnapshotOrigin.File,
            Baseline = baseline,
            Product = "Parcelos1",
            OperationStart = DateTimeOffset.UnixEpoch,
        };
        var inventory = await run.GetInventoryAsync(
            new InventoryRequest { Origin = InventoryOrigin.Root },
            snapshot,
            TestContext.Current.CancellationToken
        );
        return run.Evaluate(snapshot, inventory, new EvaluationTerms());
    }
}
