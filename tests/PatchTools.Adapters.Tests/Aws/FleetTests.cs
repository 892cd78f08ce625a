using PatchTools.Errors;
using PatchTools.Fleet;
using PatchTools.Hosts;
using PatchTools.Ports;
using PatchTools.Testing.Aws;
using Xunit;

namespace PatchTools.Adapters.Tests.Aws;

/// <summary>Many instances through a loopback SSM, every request held against the service's model.</summary>
[Collection(AwsEnvironmentCollection.Name)]
public sealed class FleetTests
{
    private static readonly AwsParameters Here = new() { Region = "us-east-1" };

    [Fact]
    public async Task Named_instances_are_asked_for_by_fifties_and_silent_ones_are_told()
    {
        await using var aws = Aws(120);
        using var environment = new EnvironmentScope(aws.Environment);
        List<InstanceCompliance> seen = [];

        await Fleet()
            .GetComplianceAsync(
                new FleetComplianceRequest
                {
                    Scope = new FleetScope
                    {
                        InstanceIds = [.. Enumerable.Range(0, 120).Select(Id), "mi-0123456789abcdef0"],
                    },
                    Aws = Here,
                },
                Into(seen),
                default
            );

        Assert.Equal(
            [50, 50, 21],
            aws.RequestsOf("DescribeInstancePatchStates")
                .Select(r => r.Json!.Value.GetProperty("InstanceIds").GetArrayLength())
        );
        Assert.Equal(121, seen.Count);
        Assert.Equal(
            (40, 80 - 1, 1 + 1),
            (
                Count(InstanceComplianceStatus.Compliant),
                Count(InstanceComplianceStatus.NonCompliant),
                Count(InstanceComplianceStatus.NotReported)
            )
        );
        AssertEveryRequestFitsTheModel(aws);

        int Count(InstanceComplianceStatus status) => seen.Count(i => i.Status == status);
    }

    [Fact]
    public async Task A_patch_group_is_read_page_by_page_with_the_services_own_filters()
    {
        await using var aws = Aws(120);
        aws.Fleet.PageSize = 10;
        using var environment = new EnvironmentScope(aws.Environment);
        List<InstanceCompliance> seen = [];

        await Fleet()
            .GetComplianceAsync(
                new FleetComplianceRequest
                {
                    Scope = new FleetScope { PatchGroups = ["web"] },
                    Filters = [PatchCountFilter.TryParse("MissingCount > 1")!],
                    Aws = Here,
                },
                Into(seen),
                default
            );

        Assert.Equal(20, seen.Count);
        Assert.All(
            seen,
            i =>
                Assert.Equal(
                    (2, "web", InstanceComplianceStatus.NonCompliant),
                    (i.MissingCount, i.PatchGroup, i.Status)
                )
        );
        Assert.Equal(2, aws.Calls.Count);
        Assert.Equal(
            """[{"Key":"MissingCount","Type":"GreaterThan","Values":["1"]}]""",
            aws.Calls[0].Json!.Value.GetProperty("Filters").GetRawText()
        );
        AssertEveryRequestFitsTheModel(aws);
    }

    [Fact]
    public async Task Tags_find_the_instances_and_nothing_given_means_all()
    {
        await using var aws = Aws(120);
        using var environment = new EnvironmentScope(aws.Environment);
        List<InstanceCompliance> tagged = [],
            all = [];

        await Fleet()
            .GetComplianceAsync(
                new FleetComplianceRequest
                {
                    Scope = new FleetScope
                    {
                        Tags = [new FleetTag("Env", ["prod", "test"]), new FleetTag("Role", [])],
                        PatchGroups = ["web"],
                    },
                    Aws = Here,
                },
                Into(tagged),
                default
            );
        await Fleet()
            .GetComplianceAsync(
                new FleetComplianceRequest { Scope = new FleetScope(), Aws = Here },
                Into(all),
                default
            );

        Assert.Equal((30, 120), (tagged.Count, all.Count));
        Assert.Equal(
            """[{"Key":"tag:Env","Values":["prod","test"]},{"Key":"tag-key","Values":["Role"]}]""",
            aws.Calls[0].Json!.Value.GetProperty("Filters").GetRawText()
        );
        AssertEveryRequestFitsTheModel(aws);
    }

    [Fact]
    public async Task The_next_page_is_asked_for_when_the_last_one_has_been_taken()
    {
        await using var aws = Aws(60);
        aws.Fleet.PageSize = 10;
        using var environment = new EnvironmentScope(aws.Environment);
        List<int> requestsAtEach = [];

        await Fleet()
            .GetComplianceAsync(
                new FleetComplianceRequest
                {
                    Scope = new FleetScope { PatchGroups = ["web"] },
                    Aws = Here,
                },
                _ =>
                {
                    requestsAtEach.Add(aws.Calls.Count);
                    return Task.CompletedTask;
                },
                default
            );

        Assert.Equal(
            [.. Enumerable.Repeat(1, 10), .. Enumerable.Repeat(2, 10), .. Enumerable.Repeat(3, 10)],
            requestsAtEach[..30].Order()
        );
        Assert.Equal(Enumerable.Range(0, requestsAtEach.Count).Select(i => i / 10 + 1), requestsAtEach);
    }

    [Fact]
    public async Task A_fleet_of_fifty_thousand_leaves_no_more_in_memory_than_one_of_a_thousand()
    {
        var small = await Kept(1_000);
        var large = await Kept(50_000);

        Assert.InRange(large, 0, small + 4_000_000);

        async Task<long> Kept(int instances)
        {
            var (seen, peak) = (0, 0L);
            var before = GC.GetTotalMemory(forceFullCollection: true);
            await using var one = new FleetPages(instances);
            await new PatchFleet(Host(), one, SilentObserver.Instance).GetComplianceAsync(
                new FleetComplianceRequest
                {
                    Scope = new FleetScope { PatchGroups = ["g"] },
                    Aws = Here,
                },
                _ =>
                {
                    if (++seen % 500 == 0)
                        peak = Math.Max(peak, GC.GetTotalMemory(forceFullCollection: true) - before);
                    return Task.CompletedTask;
                },
                default
            );
            Assert.Equal(instances, seen);
            return peak;
        }
    }

    [Fact]
    public async Task Patches_of_an_instance_come_with_their_states_and_CVE_ids()
    {
        await using var aws = Aws(3);
        aws.Fleet.PageSize = 25;
        using var environment = new EnvironmentScope(aws.Environment);
        List<InstancePatch> all = [],
            missing = [];

        await Fleet()
            .GetPatchesAsync(
                new FleetComplianceRequest
                {
                    Scope = new FleetScope { InstanceIds = [Id(2)] },
                    Aws = Here,
                },
                Into(all),
                default
            );
        await Fleet()
            .GetPatchesAsync(
                new FleetComplianceRequest
                {
                    Scope = new FleetScope { InstanceIds = [Id(2)] },
                    States = ["Missing"],
                    Aws = Here,
                },
                Into(missing),
                default
            );

        Assert.Equal((62, 2), (all.Count, missing.Count));
        Assert.Equal(
            ("libexample0.amd64", "Missing", null, "CVE-2026-1000 CVE-2026-1001"),
            (missing[0].Id, missing[0].State, missing[0].InstalledTime, string.Join(' ', missing[0].CveIds))
        );
        Assert.NotNull(all[^1].InstalledTime);
        AssertEveryRequestFitsTheModel(aws);
    }

    [Fact]
    public async Task Throttling_is_outlasted_and_what_stays_is_an_error_with_its_cure()
    {
        await using var aws = Aws(3);
        using var environment = new EnvironmentScope(aws.Environment);
        aws.Inject(new Fault("DescribeInstancePatchStatesForPatchGroup", FaultKind.Throttle, Count: 3));
        List<InstanceCompliance> seen = [];
        var request = new FleetComplianceRequest
        {
            Scope = new FleetScope { PatchGroups = ["web"] },
            Aws = Here,
        };

        await Fleet().GetComplianceAsync(request, Into(seen), default);
        Assert.NotEmpty(seen);
        aws.Inject(
            new Fault("DescribeInstancePatchStatesForPatchGroup", FaultKind.Error, Count: -1, "AccessDeniedException")
        );
        var denied = await Assert.ThrowsAsync<PatchToolsException>(() =>
            Fleet().GetComplianceAsync(request, Into(seen), default)
        );

        Assert.Equal(nameof(PatchErrors.FleetAccessDenied), denied.ErrorId);
        Assert.Contains("ssm:DescribeInstancePatch", denied.Error.RecommendedAction, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_command_goes_out_once_with_one_snapshot_for_all_and_its_end_is_told_for_each_instance()
    {
        await using var aws = Aws(60);
        aws.Fleet.DonePerLook = 15;
        using var environment = new EnvironmentScope(aws.Environment);
        var observer = new Saying();
        List<FleetInvocation> ended = [];

        var operation = Assert.Single(
            await Fleet(observer)
                .StartAsync(
                    new FleetOperationRequest
                    {
                        Operation = PatchOperation.Install,
                        Tags = [new FleetTag("Role", ["web"])],
                        MaxConcurrency = "25%",
                        MaxErrors = "3",
                        RebootOption = RebootOption.NoReboot,
                        Comment = "spring",
                        Parameters = new Dictionary<string, string> { ["PayloadBucket"] = "patches" },
                        Aws = Here,
                    },
                    default
                )
        );
        await Fleet(observer).WaitAsync(operation, TimeSpan.FromHours(1), Here, Into(ended), default);

        var sent = Assert.Single(aws.RequestsOf("SendCommand")).Json!.Value;
        Assert.Equal("""[{"Key":"tag:Role","Values":["web"]}]""", sent.GetProperty("Targets").GetRawText());
        Assert.Equal(
            ("PatchTools-RunPatchBaseline", "25%", "3", 3600),
            (
                sent.GetProperty("DocumentName").GetString(),
                sent.GetProperty("MaxConcurrency").GetString(),
                sent.GetProperty("MaxErrors").GetString(),
                sent.GetProperty("TimeoutSeconds").GetInt32()
            )
        );
        Assert.Equal(
            """{"Operation":["Install"],"RebootOption":["NoReboot"],"SnapshotId":["""
                + $"\"{operation.SnapshotId}\""
                + """],"PayloadBucket":["patches"]}""",
            sent.GetProperty("Parameters").GetRawText()
        );
        Assert.Equal(
            (FleetOperationKind.Command, "tag Role=web", "us-east-1"),
            (operation.Kind, operation.Targets, operation.Region)
        );
        Assert.Equal(30, ended.Count);
        Assert.Equal(("Failed", "NonZeroExitCode", 2), (ended[0].Status, ended[0].StatusDetails, ended[0].ExitCode));
        Assert.Equal(29, ended.Count(i => i is { Status: "Success", ExitCode: 0 }));
        Assert.Contains("Install: 15 of 30 instances, 1 failed, InProgress", observer.Lines);
        Assert.Equal(2, aws.RequestsOf("ListCommands").Count);
        AssertEveryRequestFitsTheModel(aws);
    }

    [Fact]
    public async Task Named_instances_beyond_fifty_take_several_commands_and_a_warning()
    {
        await using var aws = Aws(120);
        using var environment = new EnvironmentScope(aws.Environment);
        var observer = new Saying();

        var operations = await Fleet(observer)
            .StartAsync(
                new FleetOperationRequest
                {
                    Operation = PatchOperation.Scan,
                    InstanceIds = [.. Enumerable.Range(0, 120).Select(Id)],
                    Aws = Here,
                },
                default
            );

        Assert.Equal(3, operations.Count);
        Assert.Single(operations.Select(o => o.SnapshotId).Distinct());
        Assert.Equal(
            [50, 50, 20],
            aws.RequestsOf("SendCommand").Select(r => r.Json!.Value.GetProperty("InstanceIds").GetArrayLength())
        );
        Assert.Contains(observer.Lines, line => line.Contains("3 commands", StringComparison.Ordinal));
        AssertEveryRequestFitsTheModel(aws);
    }

    [Fact]
    public async Task An_association_is_made_with_its_schedule_and_its_first_execution_is_told()
    {
        await using var aws = Aws(60);
        using var environment = new EnvironmentScope(aws.Environment);
        List<FleetInvocation> ended = [];

        var operation = Assert.Single(
            await Fleet()
                .StartAsync(
                    new FleetOperationRequest
                    {
                        Operation = PatchOperation.Scan,
                        ResourceGroups = ["front"],
                        Association = new FleetSchedule("nightly", "cron(0 2 ? * * *)"),
                        Aws = Here,
                    },
                    default
                )
        );
        await Fleet().WaitAsync(operation, TimeSpan.FromHours(1), Here, Into(ended), default);

        var made = Assert.Single(aws.RequestsOf("CreateAssociation")).Json!.Value;
        Assert.Equal(
            ("nightly", "cron(0 2 ? * * *)", "10%", "5%"),
            (
                made.GetProperty("AssociationName").GetString(),
                made.GetProperty("ScheduleExpression").GetString(),
                made.GetProperty("MaxConcurrency").GetString(),
                made.GetProperty("MaxErrors").GetString()
            )
        );
        Assert.Equal(
            """[{"Key":"resource-groups:Name","Values":["front"]}]""",
            made.GetProperty("Targets").GetRawText()
        );
        Assert.False(made.GetProperty("Parameters").TryGetProperty("SnapshotId", out _));
        Assert.Equal((FleetOperationKind.Association, null), (operation.Kind, operation.SnapshotId));
        Assert.Equal(20, ended.Count);
        AssertEveryRequestFitsTheModel(aws);
    }

    [Fact]
    public async Task Waiting_ends_at_its_time_and_says_that_the_operation_goes_on()
    {
        await using var aws = Aws(60);
        aws.Fleet.DonePerLook = 1;
        using var environment = new EnvironmentScope(aws.Environment);
        var operation = Assert.Single(
            await Fleet()
                .StartAsync(
                    new FleetOperationRequest
                    {
                        Operation = PatchOperation.Scan,
                        Tags = [new FleetTag("Role", ["web"])],
                        Aws = Here,
                    },
                    default
                )
        );

        var failure = await Assert.ThrowsAsync<PatchToolsException>(() =>
            Fleet().WaitAsync(operation, TimeSpan.Zero, Here, Into(new List<FleetInvocation>()), default)
        );

        Assert.Equal((nameof(PatchErrors.FleetWaitTimedOut), operation.Id), (failure.ErrorId, failure.Target));
        Assert.Contains("1 of 30", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_the_service_would_not_take_is_refused_before_it_is_asked()
    {
        await using var aws = Aws(1);
        using var environment = new EnvironmentScope(aws.Environment);
        FleetOperationRequest[] wrong =
        [
            new() { Operation = PatchOperation.Scan },
            new()
            {
                Operation = PatchOperation.Scan,
                Tags = [.. Enumerable.Range(0, 6).Select(i => new FleetTag($"T{i}", []))],
            },
            new() { Operation = PatchOperation.Scan, ResourceGroups = ["a", "b"] },
            new()
            {
                Operation = PatchOperation.Scan,
                ResourceGroups = ["a"],
                Tags = [new FleetTag("T", [])],
            },
            new()
            {
                Operation = PatchOperation.Install,
                InstanceIds = ["i-1"],
                InstallOverrideList = "/root/list.yaml",
            },
            new()
            {
                Operation = PatchOperation.Install,
                InstanceIds = ["i-1"],
                InstallOverrideList = "s3://b/l",
                BaselineOverride = "s3://b/o",
            },
            new()
            {
                Operation = PatchOperation.Install,
                InstanceIds = ["i-1"],
                SnapshotId = "x",
            },
        ];

        foreach (var request in wrong)
            await Assert.ThrowsAsync<PatchToolsException>(() =>
                Fleet().StartAsync(request with { Aws = Here }, default)
            );

        Assert.Empty(aws.Calls);
    }

    [Theory]
    [InlineData("MissingCount>0", PatchCountComparison.GreaterThan, 0)]
    [InlineData("missingcount = 12", PatchCountComparison.Equal, 12)]
    [InlineData("MissingCount != 1", PatchCountComparison.NotEqual, 1)]
    [InlineData("MissingCount<3", PatchCountComparison.LessThan, 3)]
    public void A_condition_is_read_as_it_is_written(string text, PatchCountComparison comparison, int value) =>
        Assert.Equal(new PatchCountFilter("MissingCount", comparison, value), PatchCountFilter.TryParse(text));

    [Theory]
    [InlineData("MissingCount")]
    [InlineData(">0")]
    [InlineData("Missing>0")]
    [InlineData("MissingCount>x")]
    [InlineData("MissingCount!0")]
    [InlineData("MissingCount>-1")]
    public void What_is_no_condition_is_not_taken_for_one(string text) => Assert.Null(PatchCountFilter.TryParse(text));

    private static string Id(int number) => $"i-{number:x17}";

    /// <summary>
    /// Every third instance complies; instance 1 never reported; half of all are web servers; instance 0 fails.
    /// </summary>
    private static LoopbackAws Aws(int instances)
    {
        var aws = LoopbackAws.Start();
        aws.Fleet.Instances =
        [
            .. Enumerable
                .Range(0, instances)
                .Select(i => new LoopbackInstance(Id(i))
                {
                    Name = $"host-{i}",
                    PatchGroup = i % 2 == 0 ? "web" : "db",
                    Missing = i == 1 ? null : i % 3,
                    ExitCode = i == 0 ? 2 : 0,
                    Tags = new Dictionary<string, string>
                    {
                        ["Role"] = i % 2 == 0 ? "web" : "db",
                        ["Env"] = (i % 4) switch
                        {
                            0 => "prod",
                            1 => "test",
                            _ => "dev",
                        },
                        ["ResourceGroup"] = i % 3 == 0 ? "front" : "back",
                    },
                }),
        ];
        return aws;
    }

    private static HostContext Host() =>
        new() { Paths = new HostPaths(), Environment = new Dictionary<string, string>() };

    private static PatchFleet Fleet(IRunObserver? observer = null) =>
        new(
            Host(),
            new AdapterFactory(Loopback.Patience),
            observer ?? SilentObserver.Instance,
            TimeSpan.FromMilliseconds(1)
        );

    private static Func<T, Task> Into<T>(List<T> list) =>
        item =>
        {
            list.Add(item);
            return Task.CompletedTask;
        };

    private static void AssertEveryRequestFitsTheModel(LoopbackAws aws) =>
        Assert.All(
            aws.Calls,
            r =>
            {
                Assert.Empty(r.ModelErrors);
                Assert.Equal(SignatureVerdict.Valid, r.Signature);
            }
        );

    private sealed class Saying : IRunObserver
    {
        public List<string> Lines { get; } = [];

        public void Progress(string phase, string status, int percent) => Lines.Add(status);

        public void Verbose(string message) => Lines.Add(message);

        public void Warning(string message) => Lines.Add(message);

        public void Debug(string message) => Lines.Add(message);
    }

    /// <summary>Pages of a hundred without a service: what is measured is what the engine keeps.</summary>
    private sealed class FleetPages(int instances) : IAdapterFactory, IFleetCompliance, IAsyncDisposable
    {
        public IPatchService CreatePatchService(AwsSettings settings) => throw new NotSupportedException();

        public IFleetOperations CreateFleetOperations(AwsSettings settings) => throw new NotSupportedException();

        public IFleetCompliance CreateFleetCompliance(AwsSettings settings) => this;

        public IObjectStore CreateObjectStore(AwsSettings? settings) => throw new NotSupportedException();

        public IInstanceIdentitySource CreateIdentitySource(Uri? endpoint) => throw new NotSupportedException();

        public IDecompressor CreateDecompressor() => throw new NotSupportedException();

        public ITomlReader CreateTomlReader() => throw new NotSupportedException();

        public IOverrideListReader CreateOverrideListReader() => throw new NotSupportedException();

        public IAsyncEnumerable<IReadOnlyList<string>> FindInstancesAsync(
            IReadOnlyList<FleetTag> tags,
            CancellationToken cancellationToken
        ) => throw new NotSupportedException();

        public IAsyncEnumerable<IReadOnlyList<InstancePatch>> GetPatchesAsync(
            InstancePatchQuery query,
            CancellationToken cancellationToken
        ) => throw new NotSupportedException();

        public async IAsyncEnumerable<IReadOnlyList<InstanceCompliance>> GetStatesAsync(
            InstanceStateQuery query,
            [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken
        )
        {
            foreach (var page in Enumerable.Range(0, instances).Chunk(100))
            {
                await Task.Yield();
                yield return
                [
                    .. page.Select(i => new InstanceCompliance { InstanceId = Id(i), PatchGroup = query.PatchGroup! }),
                ];
            }
        }

        public ValueTask DisposeAsync() => default;
    }
}
