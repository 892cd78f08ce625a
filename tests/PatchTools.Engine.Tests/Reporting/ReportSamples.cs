using System.Text.Json;
using PatchTools.Engine.Tests.Evaluation;
using PatchTools.Hosts;
using PatchTools.Ports;
using PatchTools.Reports;
using PatchTools.Reports.Completing;
using PatchTools.Reports.Saving;

namespace PatchTools.Engine.Tests.Reporting;

internal sealed class FixedClock(DateTimeOffset now) : TimeProvider
{
    public DateTimeOffset Now { get; set; } = now;

    public override DateTimeOffset GetUtcNow() => Now;
}

internal sealed class RecordingObserver : IRunObserver
{
    public List<string> Warnings { get; } = [];

    public List<string> Lines { get; } = [];

    public Action<string>? OnProgress { get; set; }

    public void Progress(string phase, string status, int percent) => OnProgress?.Invoke(status);

    public void Verbose(string message) => Lines.Add(message);

    public void Warning(string message) => Warnings.Add(message);

    public void Debug(string message) { }
}

/// <summary>
/// Answers PutInventory call by call: null succeeds, a failure throws it. More calls than answers fail the test.
/// </summary>
internal sealed class ScriptedPatchService(params PatchServiceFailure?[] answers) : IPatchService
{
    private int _calls;

    public List<(string InstanceId, IReadOnlyList<InventoryItem> Items, ServiceClient Client)> Calls { get; } = [];

    /// <summary>F for full with CVE ids, C for full without any, P for the hash alone.</summary>
    public string Sequence =>
        string.Join(
            ", ",
            Calls.Select(c =>
            {
                var content = c.Items[1].Content;
                var letter =
                    content is null ? "P"
                    : content.Any(e => e.Any(m => m.Key == "CVEIds")) ? "F"
                    : "C";
                return c.Client == ServiceClient.Fallback ? "fallback " + letter : letter;
            })
        );

    public Task<SnapshotGrant> GetDeployablePatchSnapshotAsync(
        SnapshotCall call,
        ServiceClient client,
        CancellationToken cancellationToken
    ) => throw new NotSupportedException();

    /// <summary>Reports of associations: in full or as a hash, F and P.</summary>
    public List<(AssociationReportCall Call, ServiceClient Client)> AssociationCalls { get; } = [];

    public Task PutComplianceItemsAsync(
        AssociationReportCall call,
        ServiceClient client,
        CancellationToken cancellationToken
    )
    {
        AssociationCalls.Add((call, client));
        return answers[_calls++] is { } failure
            ? Task.FromException(
                new PatchServiceException(failure, "PutComplianceItems", failure + "Exception", 400, "scripted")
            )
            : Task.CompletedTask;
    }

    public Task PutInventoryAsync(
        string instanceId,
        IReadOnlyList<InventoryItem> items,
        ServiceClient client,
        CancellationToken cancellationToken
    )
    {
        Calls.Add((instanceId, items, client));
        return answers[_calls++] is { } failure
            ? Task.FromException(
                new PatchServiceException(failure, "PutInventory", failure + "Exception", 400, "scripted")
            )
            : Task.CompletedTask;
    }
}

/// <summary>Reports made up for the tests.</summary>
internal static class ReportSamples
{
    public const string InstanceId = "i-0123456789abcdef0";

    public const string Region = "us-east-1";

    /// <summary>A host of one package, whose repositories prove what they say.</summary>
    private static readonly HostInventory _proven = MadeUpHost.Apt().Package("base-files", "12* REL").Inventory();

    public static DateTimeOffset Start { get; } = new(2024, 1, 2, 3, 4, 5, TimeSpan.Zero);

    public static DateTimeOffset End { get; } = new(2024, 1, 2, 3, 5, 6, TimeSpan.Zero);

    public static string Recorded(string file) =>
        Repository(
            Path.Combine(
                "tests",
                "PatchTools.Engine.Tests",
                "Reporting",
                "Recorded",
                // A patch group changes nothing in the states: they are those of the scan without one.
                file == "scan-patch-group/patch-states-configuration.json"
                    ? "scan-default/patch-states-configuration.json"
                    : file
            )
        );

    /// <summary>A file of the repository that the tests run in.</summary>
    public static string Repository(string relative)
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "PatchTools.sln")))
            folder =
                Path.GetDirectoryName(folder)
                ?? throw new InvalidOperationException("the tests do not run inside the repository");
        return Path.Combine(folder, relative);
    }

    public static HostContext Host(string directory, DateTimeOffset? now = null) =>
        new()
        {
            Paths = new HostPaths
            {
                StateDirectory = Path.Combine(directory, "ssm"),
                DataDirectory = Path.Combine(directory, "data"),
            },
            Clock = new FixedClock(now ?? End),
            Environment = new Dictionary<string, string>(StringComparer.Ordinal),
        };

    public static PatchFinding Finding(
        string id,
        string version,
        PatchState state,
        ComplianceLevel level = ComplianceLevel.UNSPECIFIED,
        string classification = "",
        string severity = "",
        EpochTime? time = null,
        params string[] cves
    )
    {
        var dot = id.LastIndexOf('.');
        return new PatchFinding
        {
            Name = id[..dot],
            Architecture = id[(dot + 1)..],
            State = state,
            InstalledVersion = state is PatchState.Missing ? "" : version,
            Id = id,
            Title = $"{id}:{version}",
            ComplianceLevel = level,
            Classification = classification,
            Severity = severity,
            InstalledTime = time,
            CveIds = cves,
            Explanation = new FindingExplanation { Decision = DecisionKind.ApprovalRule, Summary = "as the test says" },
        };
    }

    public static ComplianceReport Report(
        IReadOnlyList<PatchFinding> findings,
        PackageFamily family = PackageFamily.Apt,
        StoredPatchStates? prior = null,
        DateTimeOffset? boot = null,
        int notApplicable = 0,
        InventoryOrigin origin = InventoryOrigin.Host
    )
    {
        var report = new ComplianceReport
        {
            Snapshot = new PatchSnapshot
            {
                SnapshotId = "11111111-2222-3333-4444-555555555555",
                Origin = SnapshotOrigin.Service,
                Baseline = new PatchBaseline { BaselineId = "pb-0123456789abcdef0", OperatingSystem = "UBUNTU" },
                Product = "Ubuntu20.04",
                PatchGroup = "web",
                OperationStart = Start,
                CarriesServiceIds = true,
            },
            Inventory = new HostInventory
            {
                Family = family,
                PackageManager = "apt",
                Origin = origin,
                CapturedAt = Start,
                OperatingSystem = new OsRelease { Id = "ubuntu" },
                Packages = _proven.Packages,
                Repositories = _proven.Repositories,
                Facts = new HostFacts { BootTime = boot, PriorStates = prior ?? StoredPatchStates.Empty },
            },
            Findings = findings,
            Counts = new ComplianceCounts { NotApplicable = notApplicable },
            RebootOption = RebootOption.RebootIfNeeded,
            ExecutionId = "99999999-8888-7777-6666-555555555555",
            Start = Start,
            End = End,
        };
        return ReportPublisher.Complete(report, PatchingOutcome.Scan);
    }

    /// <summary>The Ubuntu scan of reference 07 §9.1.</summary>
    public static ComplianceReport UbuntuScan(StoredPatchStates? prior = null) =>
        Report(
            [
                Finding(
                    "zlib1g.amd64",
                    "1:1.2.11",
                    PatchState.Installed,
                    ComplianceLevel.HIGH,
                    "Security",
                    "optional",
                    new EpochTime(1622762181.165, IsFractional: true)
                ),
                Finding(
                    "adduser.amd64",
                    "3.118",
                    PatchState.InstalledOther,
                    severity: "important",
                    time: new EpochTime(1622762000.9, IsFractional: true)
                ),
                Finding(
                    "openssl.amd64",
                    "1.1.1f-1ubuntu2.9",
                    PatchState.Missing,
                    ComplianceLevel.CRITICAL,
                    "Security",
                    "optional"
                ),
            ],
            prior: prior,
            notApplicable: 1
        );

    /// <summary>The rpm install of reference 07 §9.2; carries CVE ids.</summary>
    public static ComplianceReport RpmInstall() =>
        Report(
            [
                Finding(
                    "bash.x86_64",
                    "0:5.1.8-6.el9",
                    PatchState.Installed,
                    time: new EpochTime(1622762181, IsFractional: false)
                ),
                Finding("acl.x86_64", "0:2.3.1-4.el9", PatchState.InstalledOther),
                Finding(
                    "kernel.x86_64",
                    "0:5.14-1.el9",
                    PatchState.Failed,
                    ComplianceLevel.HIGH,
                    "Security",
                    "Important",
                    null,
                    "CVE-2024-1",
                    "CVE-2024-2"
                ),
            ],
            PackageFamily.Yum
        ) with
        {
            Operation = PatchOperation.Install,
            OperationText = "Install",
            InstallOverrideList = "s3://b/k.yaml",
        };

    /// <summary>
    /// A recorded run of the reference as the report that led to it; what it had as pending is in the state
    /// <paramref name="pendingWas"/> again.
    /// </summary>
    public static ComplianceReport FromRecording(
        string name,
        DateTimeOffset boot,
        PatchState pendingWas = PatchState.Installed
    )
    {
        using var put = JsonDocument.Parse(File.ReadAllBytes(Recorded($"{name}/PutInventory.json")));
        var items = put.RootElement.GetProperty("Items");
        var summary = items[0].GetProperty("Content")[0];
        var start = DateTimeOffset.Parse(
            Text(summary, "OperationStartTime"),
            System.Globalization.CultureInfo.InvariantCulture
        );
        var end = DateTimeOffset.Parse(
            Text(summary, "OperationEndTime"),
            System.Globalization.CultureInfo.InvariantCulture
        );
        var states = PatchStatesFile.Parse(File.ReadAllBytes(Recorded($"{name}/patch-states-configuration.json")), end);
        var priorFile = Recorded($"{name}/prior-patch-states-configuration.json");
        var prior = File.Exists(priorFile)
            ? PatchStatesFile.Parse(File.ReadAllBytes(priorFile), end)
            : StoredPatchStates.Empty;
        List<PatchFinding> findings = [];
        foreach (var item in items[1].GetProperty("Content").EnumerateArray())
        {
            var id = Text(item, "Id");
            var title = Text(item, "Title");
            var state = Enum.Parse<PatchState>(Text(item, "PatchState"));
            findings.Add(
                Finding(
                    id,
                    title[(id.Length + 1)..],
                    state == PatchState.InstalledPendingReboot ? pendingWas : state,
                    Enum.Parse<ComplianceLevel>(Text(item, "Severity")),
                    Text(item, "Classification"),
                    Text(item, "PatchSeverity"),
                    states.States.TryGetValue(title, out var known) ? known.InstalledTime : null,
                    item.TryGetProperty("CVEIds", out var cves) ? cves.GetString()!.Split(',') : []
                )
            );
        }

        var isDnf = name.StartsWith("dnf", StringComparison.Ordinal);
        var report = Report(
            [],
            isDnf ? PackageFamily.Dnf : PackageFamily.Apt,
            prior,
            boot,
            int.Parse(Text(summary, "NotApplicableCount"), System.Globalization.CultureInfo.InvariantCulture)
        ) with
        {
            Findings = findings,
            Operation = Enum.Parse<PatchOperation>(Text(summary, "OperationType"), ignoreCase: true),
            OperationText = Text(summary, "OperationType"),
            RebootOption = Enum.Parse<RebootOption>(Text(summary, "RebootOption")),
            ExecutionId = Text(summary, "ExecutionId"),
            Start = start,
            End = end,
        };
        return report with
        {
            Snapshot = report.Snapshot with
            {
                SnapshotId = Text(summary, "SnapshotId"),
                PatchGroup = Text(summary, "PatchGroup"),
            },
        };
    }

    private static string Text(JsonElement element, string name) => element.GetProperty(name).GetString()!;
}
