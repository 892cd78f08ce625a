using System.Globalization;
using System.Text;
using PatchTools.Adapters.Aws;
using PatchTools.Errors;
using PatchTools.Operations;
using PatchTools.Ports;
using PatchTools.Snapshots;
using PatchTools.Testing.Aws;
using PatchTools.Testing.Rigs;
using Xunit;

namespace PatchTools.Adapters.Tests.Aws;

/// <summary>
/// Every fault at every call of a scan: what a run makes of one that stays and of one that passes. The table is a page
/// of the module's documents; with <c>PATCHTOOLS_APPROVE=1</c> it is written instead of compared.
/// </summary>
[Collection(AwsEnvironmentCollection.Name)]
public sealed class FaultMatrixTests
{
    private const string Get = "GetDeployablePatchSnapshotForInstance";
    private const string Put = "PutInventory";
    private const string Bucket = "baselines";

    private static readonly string Page = Path.Combine(BuiltHost.RepositoryRoot, "module", "docs", "fault-matrix.md");

    private static readonly byte[] Snapshot = Encoding.UTF8.GetBytes(
        """
        {"patchBaseline":{"baselineId":"pb-0123456789abcdef0","name":"small","operatingSystem":"DEBIAN","createdTime":1.0,"modifiedTime":1.0,
        "globalFilters":{"filters":[]},"approvalRules":{"rules":[{"filterGroup":{"filters":[{"key":"PRIORITY","values":["*"]}]},"complianceLevel":"HIGH","enableNonSecurity":true}]},
        "approvedPatches":[],"rejectedPatches":[]},"patchGroup":"web"}
        """
    );

    private static readonly byte[] Override = Encoding.UTF8.GetBytes(
        """
        [{"OperatingSystem":"DEBIAN","GlobalFilters":{"PatchFilters":[]},"ApprovalRules":{"PatchRules":[{"PatchFilterGroup":{"PatchFilters":[{"Key":"PRIORITY","Values":["*"]}]},"ComplianceLevel":"CRITICAL","ApproveAfterDays":0,"EnableNonSecurity":true}]},
        "ApprovedPatches":[],"RejectedPatches":[]}]
        """
    );

    private static readonly (string Name, FaultKind Kind, string? Code)[] Faults =
    [
        ("throttled", FaultKind.Throttle, null),
        ("HTTP 500", FaultKind.InternalServerError, null),
        ("reset in the middle of the body", FaultKind.ResetInBody, null),
        ("half of the body, then silence", FaultKind.StallInBody, null),
        ("denied", FaultKind.Forbidden, "AccessDeniedException"),
        ("something else than JSON", FaultKind.Garbage, null),
        ("a Content-Length that is too short", FaultKind.Understate, null),
        ("a redirect to itself", FaultKind.RedirectLoop, null),
    ];

    private static readonly (string Name, string Target)[] Calls =
    [
        ("snapshot", Get),
        ("download", LoopbackAws.SnapshotTarget),
        ("S3", LoopbackAws.S3Target),
        ("PutInventory", Put),
    ];

    /// <summary>
    /// For a silent server: that it is left at the deadline is what is looked at, and two seconds are one.
    /// </summary>
    private static readonly CallPatience Impatient = Loopback.Patience with { Deadline = TimeSpan.FromSeconds(2) };

    [Fact]
    public async Task Every_fault_at_every_call_ends_as_the_page_says_loses_nothing_and_is_over_at_the_deadline()
    {
        List<string> rows = [];
        foreach (var (fault, kind, code) in Faults)
        {
            List<string> cells = [];
            foreach (var (_, target) in Calls)
            {
                var injected = code is not null && target is Get or Put ? FaultKind.Error : kind;
                cells.Add(await StaysAsync(target, injected, code));
                await PassesAsync(target, injected, code);
            }

            rows.Add($"| {fault} | {string.Join(" | ", cells)} |");
        }

        var lines = File.ReadAllLines(Page).ToList();
        var start = lines.FindIndex(line => line.StartsWith("| fault |", StringComparison.Ordinal)) + 2;
        var written = lines.Skip(start).TakeWhile(line => line.StartsWith('|')).ToList();
        if (Environment.GetEnvironmentVariable("PATCHTOOLS_APPROVE") == "1")
            await File.WriteAllLinesAsync(
                Page,
                [.. lines.Take(start), .. rows, .. lines.Skip(start + written.Count)],
                TestContext.Current.CancellationToken
            );
        else
            Assert.Equal(written, rows);
    }

    /// <summary>
    /// The fault stays: how the run ends. Then it is healed, and what the run found reaches the service.
    /// </summary>
    private static async Task<string> StaysAsync(string target, FaultKind kind, string? code)
    {
        await using var aws = Aws();
        using var environment = new EnvironmentScope(aws.Environment);
        using var host = new SmallHost();
        aws.Inject(new Fault(target, kind, Count: -1, code));

        var failure = await Assert.ThrowsAsync<PatchToolsException>(() => Scan(host, target, PatienceWith(kind)));
        var requests = aws.RequestsOf(target).Count;
        aws.Heal();
        if (target == Put)
        {
            Assert.Single(host.Unsent);
            Assert.Single(await host.Run().PublishPendingAsync(new AwsParameters(), default));
            Assert.Equal(2, aws.Inventory["AWS:ComplianceItem"].GetProperty("Content").GetArrayLength());
        }
        else
        {
            Assert.Empty(host.Unsent);
            Assert.Equal(0, (await Scan(host, target, Loopback.Patience)).ExitCode);
        }

        // How often a silent server is asked before the deadline is a matter of the moment.
        var tries =
            kind == FaultKind.StallInBody
                ? "at the deadline"
                : string.Create(CultureInfo.InvariantCulture, $"after {requests}");
        return $"{failure.ErrorId}, {failure.ExitCode}, {tries}{(target == Put ? ", kept" : "")}";
    }

    /// <summary>
    /// The fault passes after one request: a refusal stays one, or the fallback's credentials help; anything else costs
    /// the run nothing.
    /// </summary>
    private static async Task PassesAsync(string target, FaultKind kind, string? code)
    {
        await using var aws = Aws();
        using var environment = new EnvironmentScope(aws.Environment);
        using var host = new SmallHost();
        aws.Inject(new Fault(target, kind, Count: 1, code));
        try
        {
            Assert.Equal(0, (await Scan(host, target, PatienceWith(kind))).ExitCode);
        }
        catch (PatchToolsException e)
        {
            // A whole answer that is wrong is believed, and silence costs a document its whole time.
            Assert.True(
                kind
                    is FaultKind.Forbidden
                        or FaultKind.Garbage
                        or FaultKind.Understate
                        or FaultKind.StallInBody
                        or FaultKind.RedirectLoop,
                $"{target} {kind}: {e.Message}"
            );
            Assert.True(target != Put || kind == FaultKind.StallInBody);
            Assert.Equal(target == Put ? 1 : 0, host.Unsent.Count);
            return;
        }

        Assert.Empty(host.Unsent);
    }

    private static LoopbackAws Aws()
    {
        var aws = LoopbackAws.Start(new LoopbackAwsOptions { Snapshot = Snapshot });
        aws.Objects[$"{Bucket}/override.json"] = Override;
        return aws;
    }

    private static CallPatience PatienceWith(FaultKind kind) =>
        kind == FaultKind.StallInBody ? Impatient : Loopback.Patience;

    private static Task<ComplianceReport> Scan(SmallHost host, string target, CallPatience patience) =>
        host.Run(patience: patience)
            .ScanAsync(
                new RunRequest
                {
                    Snapshot = new SnapshotRequest
                    {
                        SnapshotId = Loopback.SnapshotId,
                        BaselineOverride = target == LoopbackAws.S3Target ? $"s3://{Bucket}/override.json" : null,
                    },
                },
                default
            );
}
