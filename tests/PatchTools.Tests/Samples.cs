using System.Text;
using PatchTools.Hosts;
using PatchTools.Model;

namespace PatchTools.Tests;

/// <summary>Made-up hosts, baselines and reports.</summary>
internal static class Samples
{
    public static readonly DateTimeOffset Noon = new(2026, 3, 14, 12, 0, 0, TimeSpan.Zero);

    public static HostContext Host(bool isRoot = false, string? stateDirectory = null) =>
        new()
        {
            Paths = HostPaths.For(isRoot, stateDirectory ?? "/nonexistent/state", new Dictionary<string, string>()),
            Environment = new Dictionary<string, string>(),
            IsRoot = isRoot,
        };

    public static PatchSnapshot Snapshot(SnapshotOrigin origin = SnapshotOrigin.Default) =>
        new()
        {
            SnapshotId = "0aa8b0f0-5f4c-4e4e-9d0b-3a1f6b0c9d11",
            Origin = origin,
            Product = "Debian12",
            OperationStart = Noon,
            Baseline = new PatchBaseline
            {
                Name = "AWS-DebianDefaultPatchBaseline",
                OperatingSystem = "DEBIAN",
                ApprovalRules =
                [
                    new ApprovalRule
                    {
                        ComplianceLevel = ComplianceLevel.UNSPECIFIED,
                        Filters =
                        [
                            new PatchFilter("PRODUCT", ["*"]),
                            new PatchFilter("PRIORITY", ["Required", "Important"]),
                        ],
                        ApproveAfterDays = 7,
                    },
                ],
                RejectedPatches = ["telnetd"],
            },
        };

    public static HostInventory Inventory(params RepositoryHealth[] repositories)
    {
        var builder = new PackageCatalogBuilder { NativeArchitecture = "amd64" };
        var architecture = builder.Word("amd64");
        var local = builder.AddOrigin(new PackageOrigin { Archive = "now" });
        var package = builder.Package(Encoding.UTF8.GetBytes("bash"), architecture);
        var version = builder.Version(
            package,
            Encoding.UTF8.GetBytes("5.2.15-2+b2"),
            builder.Word("required"),
            builder.Word("shells"),
            1,
            local
        );
        builder.SetInstalled(
            package,
            version,
            new InstalledPackage
            {
                Name = "bash",
                Architecture = "amd64",
                Edition = "5.2.15-2+b2",
                PolicyNote = null,
            }
        );
        return new HostInventory
        {
            Family = PackageFamily.Apt,
            PackageManager = "apt",
            Origin = InventoryOrigin.Host,
            CapturedAt = Noon,
            OperatingSystem = new OsRelease
            {
                Id = "debian",
                VersionId = "12",
                PrettyName = "Debian GNU/Linux 12 (bookworm)",
            },
            Packages = builder.Build(),
            Repositories =
                repositories.Length > 0 ? repositories : [Repository("http://deb.debian.org/debian bookworm main")],
            Facts = new HostFacts
            {
                HostName = "web-1",
                RunningKernel = "6.1.0-18-amd64",
                BootTime = Noon.AddDays(-20),
            },
        };
    }

    public static RepositoryHealth Repository(
        string name,
        RepositoryStatus status = RepositoryStatus.Ok,
        string? message = null
    ) =>
        new()
        {
            Name = name,
            Status = status,
            Message = message,
            RefreshedAt = Noon.AddHours(-2),
            Trusted = true,
            HasUsableMetadata = status == RepositoryStatus.Ok,
            IsOperatingSystem = true,
        };

    public static PatchFinding Missing(
        string name,
        string installed,
        string available,
        string classification = "Security",
        string severity = "important",
        ComplianceLevel level = ComplianceLevel.UNSPECIFIED,
        string why = "rule 1 approves it"
    ) =>
        new()
        {
            Name = name,
            Architecture = "amd64",
            State = PatchState.Missing,
            InstalledVersion = installed,
            AvailableVersion = available,
            Id = name,
            Title = $"{name}.amd64:0:{available}",
            ComplianceLevel = level,
            Classification = classification,
            Severity = severity,
            Explanation = new FindingExplanation
            {
                Decision = DecisionKind.ApprovalRule,
                Summary = why,
                Rule = 1,
                Observations = ["PRODUCT Debian12 is in *", "PRIORITY important is in Required, Important"],
            },
        };

    public static PatchFinding Installed(
        string name,
        PatchState state = PatchState.Installed,
        string why = "rule 1 approves it"
    ) => Missing(name, "1.0-1", "", why: why) with { State = state };

    public static ComplianceReport Report(params PatchFinding[] findings) =>
        new()
        {
            Snapshot = Snapshot(),
            Inventory = Inventory(),
            Findings = PatchTools.Evaluation.ComplianceCounting.InReportOrder(findings),
            Counts = PatchTools.Evaluation.ComplianceCounting.Count(findings, notApplicable: 10254),
            NonCompliantSeverity = PatchTools.Evaluation.ComplianceCounting.NonCompliantSeverity(findings),
            ExecutionId = "7b7f2f6e-7d0c-4f0b-8f6a-2f9f5f0f9f01",
            Start = Noon,
            End = Noon.AddMilliseconds(1234),
            UploadNote = "the baseline is not of the service",
        };

    public static ComplianceReport NonCompliantReport() =>
        Report(
            Installed("bash"),
            Installed("adduser", PatchState.InstalledOther, "no rule's filters match"),
            Installed("telnetd", PatchState.InstalledRejected, "rejected by \"telnetd\""),
            Missing(
                "libssl3",
                "3.0.11-1~deb12u2",
                "3.0.14-1~deb12u1",
                level: ComplianceLevel.HIGH,
                why: "rule 1 approves 3.0.14-1~deb12u1: security, priority important"
            ),
            Missing("perl-base", "5.36.0-7+deb12u1", "5.36.0-7+deb12u2", severity: "required"),
            Missing(
                "tzdata",
                "2024a-0+deb12u1",
                "2025b-0+deb12u2",
                classification: "",
                severity: "required",
                why: "in the approved list as \"tzdata\""
            )
        );
}
