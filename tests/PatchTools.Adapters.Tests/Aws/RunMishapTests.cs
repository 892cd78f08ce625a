using System.Text;
using PatchTools.Adapters.Aws;
using PatchTools.Errors;
using PatchTools.Operations;
using PatchTools.Ports;
using PatchTools.Snapshots;
using PatchTools.Testing.Aws;
using Xunit;

namespace PatchTools.Adapters.Tests.Aws;

/// <summary>
/// What a whole scan makes of each mishap of each call: error id, exit code, number of tries, and that nothing is lost
/// (reference 02 §3–§5, 07 §7).
/// </summary>
[Collection(AwsEnvironmentCollection.Name)]
public sealed class RunMishapTests
{
    private const string Get = "GetDeployablePatchSnapshotForInstance";
    private const string Put = "PutInventory";
    private const string Ec2 = Loopback.InstanceId;
    private const string Hybrid = "mi-0123456789abcdef0";

    private static readonly byte[] Snapshot = Encoding.UTF8.GetBytes(
        """
        {"patchBaseline":{"baselineId":"pb-0123456789abcdef0","name":"small","operatingSystem":"DEBIAN","createdTime":1.0,"modifiedTime":1.0,
        "globalFilters":{"filters":[{"key":"PRODUCT","values":["*"]}]},
        "approvalRules":{"rules":[{"filterGroup":{"filters":[{"key":"PRIORITY","values":["*"]}]},"complianceLevel":"HIGH","enableNonSecurity":true,"approveAfterDays":0}]},
        "approvedPatches":[],"rejectedPatches":[],"approvedPatchesComplianceLevel":"UNSPECIFIED","approvedPatchesEnableNonSecurity":false,
        "rejectedPatchesAction":"ALLOW_AS_DEPENDENCY","sources":[]},"patchGroup":"web"}
        """
    );

    /// <summary>Instance, mishap, error code, error id, exit code, how many requests it takes.</summary>
    public static TheoryData<string, FaultKind, string?, string, int, int> OfTheSnapshot =>
        new()
        {
            // The default client's six tries, and the fallback's.
            { Ec2, FaultKind.Throttle, null, nameof(PatchErrors.SnapshotServiceFailed), 144, 12 },
            { Ec2, FaultKind.InternalServerError, null, nameof(PatchErrors.SnapshotServiceFailed), 144, 12 },
            { Ec2, FaultKind.ServiceUnavailable, null, nameof(PatchErrors.SnapshotServiceFailed), 144, 12 },
            { Hybrid, FaultKind.Throttle, null, nameof(PatchErrors.SnapshotServiceFailed), 144, 6 },
            // No answer is no reason for other credentials.
            { Ec2, FaultKind.Reset, null, nameof(PatchErrors.SnapshotServiceUnreachable), 143, 6 },
            { Ec2, FaultKind.ResetInBody, null, nameof(PatchErrors.SnapshotServiceUnreachable), 143, 6 },
            { Ec2, FaultKind.Truncate, null, nameof(PatchErrors.SnapshotServiceUnreachable), 143, 6 },
            { Ec2, FaultKind.Halve, null, nameof(PatchErrors.SnapshotServiceUnreachable), 143, 6 },
            { Ec2, FaultKind.Garbage, null, nameof(PatchErrors.SnapshotServiceUnreachable), 143, 6 },
            { Ec2, FaultKind.Error, "AccessDeniedException", nameof(PatchErrors.SnapshotAccessDenied), 148, 2 },
            { Hybrid, FaultKind.Error, "AccessDeniedException", nameof(PatchErrors.SnapshotServiceFailed), 144, 1 },
            { Ec2, FaultKind.Error, "ExpiredTokenException", nameof(PatchErrors.CredentialsRejected), 144, 2 },
            { Hybrid, FaultKind.Error, "UnrecognizedClientException", nameof(PatchErrors.CredentialsRejected), 144, 1 },
            { Hybrid, FaultKind.Error, "RequestExpired", nameof(PatchErrors.ClockSkewed), 144, 1 },
            { Ec2, FaultKind.Error, "ValidationException", nameof(PatchErrors.SnapshotServiceFailed), 144, 2 },
            {
                Ec2,
                FaultKind.Error,
                "UnsupportedOperatingSystem",
                nameof(PatchErrors.UnsupportedOperatingSystem),
                146,
                1
            },
        };

    /// <summary>Mishap, error id, exit code, how many requests it takes.</summary>
    public static TheoryData<FaultKind, string, int, int> OfTheDownload =>
        new()
        {
            { FaultKind.Forbidden, nameof(PatchErrors.SnapshotDownloadFailed), 143, 1 },
            { FaultKind.NotFound, nameof(PatchErrors.SnapshotDownloadFailed), 143, 1 },
            { FaultKind.Throttle, nameof(PatchErrors.SnapshotDownloadFailed), 143, 3 },
            { FaultKind.InternalServerError, nameof(PatchErrors.SnapshotDownloadFailed), 143, 3 },
            { FaultKind.Reset, nameof(PatchErrors.SnapshotDownloadFailed), 143, 12 },
            { FaultKind.ResetInBody, nameof(PatchErrors.SnapshotDownloadFailed), 143, 3 },
            { FaultKind.Truncate, nameof(PatchErrors.SnapshotDownloadFailed), 143, 3 },
            { FaultKind.Halve, nameof(PatchErrors.SnapshotMalformed), 150, 1 },
            { FaultKind.Understate, nameof(PatchErrors.SnapshotMalformed), 150, 1 },
            { FaultKind.Garbage, nameof(PatchErrors.SnapshotMalformed), 150, 1 },
        };

    /// <summary>Instance, mishap, error code, how many requests it takes.</summary>
    public static TheoryData<string, FaultKind, string?, int> OfTheReport =>
        new()
        {
            { Ec2, FaultKind.Throttle, null, 12 },
            { Ec2, FaultKind.InternalServerError, null, 12 },
            { Hybrid, FaultKind.ServiceUnavailable, null, 6 },
            { Ec2, FaultKind.Reset, null, 6 },
            { Ec2, FaultKind.ResetInBody, null, 6 },
            { Ec2, FaultKind.Truncate, null, 6 },
            { Ec2, FaultKind.Garbage, null, 6 },
            { Ec2, FaultKind.Error, "AccessDeniedException", 2 },
            { Hybrid, FaultKind.Error, "AccessDeniedException", 1 },
            { Ec2, FaultKind.Error, "ItemContentMismatchException", 2 },
            { Ec2, FaultKind.Error, "InvalidItemContentException", 2 },
            { Ec2, FaultKind.Error, "ItemSizeLimitExceededException", 2 },
            { Ec2, FaultKind.Error, "TotalSizeLimitExceededException", 2 },
            { Ec2, FaultKind.Error, "ExpiredTokenException", 2 },
        };

    [Fact]
    public async Task A_scan_that_meets_no_mishap_is_reported()
    {
        await using var aws = LoopbackAws.Start(new LoopbackAwsOptions { Snapshot = Snapshot });
        using var environment = new EnvironmentScope(aws.Environment);
        using var host = new SmallHost();

        var report = await Scan(host);

        Assert.Equal((0, 1), (report.ExitCode, report.Counts.Missing));
        Assert.Empty(host.Unsent);
        Assert.Equal(["AWS:ComplianceItem", "AWS:PatchSummary"], aws.Inventory.Keys.Order(StringComparer.Ordinal));
        Assert.Equal([Get, LoopbackAws.SnapshotTarget, Put], aws.Calls.Select(r => r.Target));
        Assert.All(aws.Calls, r => Assert.Empty(r.ModelErrors));
    }

    [Theory]
    [MemberData(nameof(OfTheSnapshot))]
    public async Task A_mishap_of_the_snapshot_has_its_error_and_a_bounded_number_of_tries(
        string instanceId,
        FaultKind kind,
        string? code,
        string errorId,
        int exitCode,
        int requests
    )
    {
        await using var aws = LoopbackAws.Start(new LoopbackAwsOptions { Snapshot = Snapshot });
        using var environment = new EnvironmentScope(aws.Environment);
        using var host = new SmallHost(instanceId);
        aws.Inject(new Fault(Get, kind, Count: -1, code, "the service's words"));

        var failure = await Failure(host);

        Assert.Equal((errorId, exitCode), (failure.ErrorId, failure.ExitCode));
        Assert.Equal(requests, aws.RequestsOf(Get).Count);
        Assert.Equal(aws.Calls.Count, aws.RequestsOf(Get).Count);
    }

    [Theory]
    [MemberData(nameof(OfTheDownload))]
    public async Task A_mishap_of_the_download_has_its_error_and_a_bounded_number_of_tries(
        FaultKind kind,
        string errorId,
        int exitCode,
        int requests
    )
    {
        await using var aws = LoopbackAws.Start(new LoopbackAwsOptions { Snapshot = Snapshot });
        using var environment = new EnvironmentScope(aws.Environment);
        using var host = new SmallHost();
        aws.Inject(new Fault(LoopbackAws.SnapshotTarget, kind, Count: -1));

        var failure = await Failure(host);

        Assert.Equal((errorId, exitCode), (failure.ErrorId, failure.ExitCode));
        Assert.Equal(requests, aws.RequestsOf(LoopbackAws.SnapshotTarget).Count);
        Assert.Empty(aws.RequestsOf(Put));
    }

    [Theory]
    [MemberData(nameof(OfTheReport))]
    public async Task A_report_that_meets_a_mishap_is_kept_and_sent_whole_later(
        string instanceId,
        FaultKind kind,
        string? code,
        int requests
    )
    {
        await using var aws = LoopbackAws.Start(new LoopbackAwsOptions { Snapshot = Snapshot });
        using var environment = new EnvironmentScope(aws.Environment);
        using var host = new SmallHost(instanceId);
        aws.Inject(new Fault(Put, kind, Count: -1, code, "the service's words"));

        var failure = await Failure(host);

        Assert.Equal((nameof(PatchErrors.ReportUploadFailed), 1), (failure.ErrorId, failure.ExitCode));
        Assert.Equal(requests, aws.RequestsOf(Put).Count);
        var report = Assert.IsType<ComplianceReport>(failure.Target);
        Assert.Equal(1, report.Counts.Missing);
        Assert.Contains(Assert.Single(host.Unsent), failure.Message, StringComparison.Ordinal);

        // Still broken: it stays. Mended: it goes, with all that the scan found, and once.
        await Assert.ThrowsAsync<PatchToolsException>(() =>
            host.Run().PublishPendingAsync(new AwsParameters(), default)
        );
        Assert.Single(host.Unsent);
        aws.Heal();
        var receipt = Assert.Single(await host.Run().PublishPendingAsync(new AwsParameters(), default));

        Assert.Equal((instanceId, 2), (receipt.InstanceId, receipt.Items));
        Assert.Empty(host.Unsent);
        Assert.Equal(2, aws.Inventory["AWS:ComplianceItem"].GetProperty("Content").GetArrayLength());
        Assert.Equal(
            report.Snapshot.SnapshotId,
            aws.Inventory["AWS:PatchSummary"].GetProperty("Content")[0].GetProperty("SnapshotId").GetString()
        );
        Assert.Empty(await host.Run().PublishPendingAsync(new AwsParameters(), default));
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("\"sent\"")]
    [InlineData("""{"__type":"AccessDeniedException","message":"no"}""")]
    public async Task An_answer_of_success_that_is_not_the_services_does_not_count_as_sent(string body)
    {
        await using var aws = LoopbackAws.Start(new LoopbackAwsOptions { Snapshot = Snapshot });
        using var environment = new EnvironmentScope(aws.Environment);
        using var host = new SmallHost();
        aws.Inject(new Fault(Put, FaultKind.Answer, Count: -1, Message: body));

        var failure = await Failure(host);

        Assert.Equal((nameof(PatchErrors.ReportUploadFailed), 1), (failure.ErrorId, failure.ExitCode));
        Assert.False(Assert.IsType<ComplianceReport>(failure.Target).Uploaded);
        Assert.Single(host.Unsent);
    }

    [Fact]
    public async Task Passing_trouble_at_every_call_costs_the_run_nothing()
    {
        await using var aws = LoopbackAws.Start(new LoopbackAwsOptions { Snapshot = Snapshot });
        using var environment = new EnvironmentScope(aws.Environment);
        using var host = new SmallHost();
        foreach (var kind in new[] { FaultKind.Reset, FaultKind.ServiceUnavailable })
        {
            foreach (var target in new[] { Get, LoopbackAws.SnapshotTarget, Put })
                aws.Inject(new Fault(target, kind));
        }

        Assert.Equal(0, (await Scan(host)).ExitCode);

        Assert.Equal([3, 3, 3], new[] { Get, LoopbackAws.SnapshotTarget, Put }.Select(t => aws.RequestsOf(t).Count));
        Assert.Empty(host.Unsent);
    }

    [Fact]
    public async Task The_fallbacks_credentials_save_what_the_default_clients_were_denied()
    {
        await using var aws = LoopbackAws.Start(new LoopbackAwsOptions { Snapshot = Snapshot });
        using var environment = new EnvironmentScope(aws.Environment);
        using var host = new SmallHost();
        aws.Inject(new Fault(Get, FaultKind.Error, Count: 1, "AccessDeniedException"));
        aws.Inject(new Fault(Put, FaultKind.Error, Count: 1, "AccessDeniedException"));

        Assert.Equal(0, (await Scan(host)).ExitCode);

        Assert.Equal((2, 2), (aws.RequestsOf(Get).Count, aws.RequestsOf(Put).Count));
    }

    [Fact]
    public async Task Without_credentials_the_error_names_the_cure_and_nothing_is_sent()
    {
        await using var aws = LoopbackAws.Start(new LoopbackAwsOptions { HasRole = false });
        using var environment = new EnvironmentScope(aws.EnvironmentWithoutKey);
        environment.Set("AWS_EC2_METADATA_DISABLED", "true");
        using var host = new SmallHost();

        var failure = await Failure(host);

        Assert.Equal((nameof(PatchErrors.CredentialsNotFound), 148), (failure.ErrorId, failure.ExitCode));
        Assert.Contains("-ProfileName", failure.Error.RecommendedAction, StringComparison.Ordinal);
        Assert.Empty(aws.RequestsOf(Get));
    }

    [Fact]
    public async Task A_clock_that_is_an_hour_behind_is_corrected_by_the_services_time()
    {
        await using var aws = LoopbackAws.Start(
            new LoopbackAwsOptions { Snapshot = Snapshot, ClockOffset = TimeSpan.FromHours(1) }
        );
        using var environment = new EnvironmentScope(aws.Environment);
        using var host = new SmallHost();

        Assert.Equal(0, (await Scan(host)).ExitCode);

        Assert.Equal((2, "InvalidSignatureException"), (aws.RequestsOf(Get).Count, aws.RequestsOf(Get)[0].ErrorCode));
        Assert.Single(aws.RequestsOf(Put));
    }

    [Fact]
    public async Task A_wrong_clock_that_cannot_be_corrected_is_named_with_its_cure()
    {
        await using var aws = LoopbackAws.Start(
            new LoopbackAwsOptions
            {
                Snapshot = Snapshot,
                ClockOffset = TimeSpan.FromHours(-30),
                SaysTheTime = false,
            }
        );
        using var environment = new EnvironmentScope(aws.Environment);
        using var host = new SmallHost();

        var failure = await Failure(host);

        Assert.Equal((nameof(PatchErrors.ClockSkewed), 144), (failure.ErrorId, failure.ExitCode));
        Assert.Contains("clock", failure.Error.RecommendedAction, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Ec2)]
    [InlineData(Hybrid)]
    public async Task An_endpoint_where_nobody_listens_is_named_after_two_tries(string instanceId)
    {
        await using var aws = LoopbackAws.Start(new LoopbackAwsOptions { Snapshot = Snapshot });
        using var environment = new EnvironmentScope(aws.Environment);
        using var host = new SmallHost(instanceId);
        using var nobody = new System.Net.Sockets.Socket(
            System.Net.Sockets.AddressFamily.InterNetwork,
            System.Net.Sockets.SocketType.Stream,
            System.Net.Sockets.ProtocolType.Tcp
        );
        nobody.Bind(new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, 0));
        var endpoint = nobody.LocalEndPoint!.ToString()!;
        environment.Set("AWS_ENDPOINT_URL_SSM", $"http://{endpoint}");
        var waits = Loopback.Patience with { BackoffUnit = TimeSpan.FromSeconds(1) };

        var failure = await Assert.ThrowsAsync<PatchToolsException>(() =>
            host.Run(patience: waits).ScanAsync(new RunRequest { Snapshot = new SnapshotRequest() }, default)
        );

        Assert.Equal((nameof(PatchErrors.SnapshotServiceUnreachable), 143), (failure.ErrorId, failure.ExitCode));
        Assert.Contains(endpoint, failure.Message, StringComparison.Ordinal);
        Assert.Contains("refused", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_report_larger_than_the_service_takes_is_sent_in_one_call_with_what_matters_and_exact_counts()
    {
        await using var aws = LoopbackAws.Start(new LoopbackAwsOptions { Snapshot = Snapshot });
        using var environment = new EnvironmentScope(aws.Environment);
        using var host = new SmallHost(morePackages: 20_000);
        var said = new Saying();

        var report = await Scan(host, said);

        Assert.Equal(20_002, report.Findings.Count);
        Assert.Single(aws.RequestsOf(Put));
        Assert.All(aws.Calls, r => Assert.Empty(r.ModelErrors));
        var content = aws.Inventory["AWS:ComplianceItem"].GetProperty("Content").EnumerateArray().ToList();
        Assert.InRange(content.Count, 1_000, 10_000);
        Assert.Contains(content, e => e.GetProperty("PatchState").GetString() == "Missing");
        Assert.Equal(
            "20001",
            aws.Inventory["AWS:PatchSummary"].GetProperty("Content")[0].GetProperty("InstalledCount").GetString()
        );
        Assert.Contains(said.Lines, line => line.Contains("left out", StringComparison.Ordinal));
    }

    private static Task<ComplianceReport> Scan(SmallHost host, IRunObserver? observer = null) =>
        host.Run(observer)
            .ScanAsync(new RunRequest { Snapshot = new SnapshotRequest { SnapshotId = Loopback.SnapshotId } }, default);

    /// <summary>The typed error; neither it, nor a cause, nor what the run said on the way tells a secret.</summary>
    private static async Task<PatchToolsException> Failure(SmallHost host)
    {
        var said = new Saying();
        var failure = await Assert.ThrowsAsync<PatchToolsException>(() => Scan(host, said));
        for (Exception? e = failure; e is not null; e = e.InnerException)
        {
            said.Lines.Add(e.Message);
            Assert.DoesNotContain("Amazon.", e.GetType().FullName, StringComparison.Ordinal);
        }

        foreach (
            var secret in new[]
            {
                LoopbackAws.EnvironmentKey.SecretAccessKey,
                LoopbackAws.EnvironmentKey.SessionToken!,
                "X-Amz-Signature",
            }
        )
            Assert.DoesNotContain(said.Lines, line => line.Contains(secret, StringComparison.Ordinal));
        return failure;
    }

    private sealed class Saying : IRunObserver
    {
        public List<string> Lines { get; } = [];

        public void Progress(string phase, string status, int percent) => Lines.Add(status);

        public void Verbose(string message) => Lines.Add(message);

        public void Warning(string message) => Lines.Add(message);

        public void Debug(string message) => Lines.Add(message);
    }
}
