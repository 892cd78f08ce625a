using PatchTools.Adapters.Aws;
using PatchTools.Hosts;
using PatchTools.Ports;
using PatchTools.Testing.Aws;
using Xunit;

namespace PatchTools.Adapters.Tests.Aws;

[Collection(AwsEnvironmentCollection.Name)]
public sealed class InstanceIdentitySourceTests
{
    private static readonly InstanceIdentity Known = new("i-0123456789abcdef0", "us-east-1");
    private static readonly InstanceIdentity Unknown = new(null, null);

    [Theory]
    [InlineData(ImdsMode.V2, true)]
    [InlineData(ImdsMode.Both, true)]
    [InlineData(ImdsMode.V1, false)]
    public async Task Version_2_is_asked_first_and_version_1_is_the_last_resort(ImdsMode mode, bool withToken)
    {
        await using var aws = LoopbackAws.Start(new LoopbackAwsOptions { Imds = mode });

        Assert.Equal(Known, await Ask(aws));

        Assert.Equal(
            ["PUT /latest/api/token", "GET /latest/meta-data/instance-id", "GET /latest/meta-data/placement/region"],
            aws.Requests.Select(r => $"{r.Method} {r.Path}")
        );
        Assert.All(
            aws.Requests.Skip(1),
            r => Assert.Equal(withToken, r.Header("X-aws-ec2-metadata-token") is not null)
        );
    }

    [Fact]
    public async Task A_token_that_never_arrives_leaves_time_for_version_1()
    {
        await using var aws = LoopbackAws.Start(new LoopbackAwsOptions { Imds = ImdsMode.HopLimited });

        // Half of it goes to the token; the rest is ample for two answers of this machine, however busy.
        Assert.Equal(Known, await Ask(aws, TimeSpan.FromSeconds(6)));

        Assert.Equal(3, aws.Requests.Count);
    }

    [Theory]
    [InlineData(FaultKind.Stall)]
    [InlineData(FaultKind.StallInBody)]
    public async Task A_silent_service_is_unknown_at_the_deadline(FaultKind kind)
    {
        await using var aws = LoopbackAws.Start();
        aws.Inject(new Fault(LoopbackAws.ImdsTarget, kind, Count: -1));

        Assert.Equal(Unknown, await Ask(aws, TimeSpan.FromMilliseconds(300)));
    }

    [Theory]
    [InlineData(FaultKind.Reset)]
    [InlineData(FaultKind.ResetInBody)]
    [InlineData(FaultKind.Truncate)]
    [InlineData(FaultKind.Forbidden)]
    [InlineData(FaultKind.NotFound)]
    [InlineData(FaultKind.InternalServerError)]
    [InlineData(FaultKind.Garbage)]
    public async Task Whatever_else_answers_there_is_not_taken_for_an_instance(FaultKind kind)
    {
        await using var aws = LoopbackAws.Start();
        aws.Inject(new Fault(LoopbackAws.ImdsTarget, kind, Count: -1));

        Assert.Equal(Unknown, await Ask(aws));
    }

    [Fact]
    public async Task A_service_that_is_off_is_unknown()
    {
        await using var aws = LoopbackAws.Start(new LoopbackAwsOptions { Imds = ImdsMode.Off });

        Assert.Equal(Unknown, await Ask(aws));
    }

    [Fact]
    public async Task Nobody_there_is_unknown()
    {
        await using var first = LoopbackAws.Start();
        Uri gone;
        await using (var aws = LoopbackAws.Start())
            gone = aws.Url;

        Assert.Equal(Unknown, await new InstanceIdentitySource(gone, Loopback.Patience).GetAsync(default));
    }

    [Fact]
    public async Task A_service_that_is_disabled_by_the_environment_is_not_asked()
    {
        await using var aws = LoopbackAws.Start();
        using var environment = new EnvironmentScope(aws.Environment);
        environment.Set("AWS_EC2_METADATA_DISABLED", "true");

        Assert.Equal(Unknown, await Ask(aws));

        Assert.Empty(aws.Requests);
    }

    [Fact]
    public async Task No_proxy_is_asked_about_this_instance()
    {
        await using var proxy = LoopbackAws.Start();
        await using var aws = LoopbackAws.Start();
        using var environment = new EnvironmentScope(aws.Environment);
        environment.Set("http_proxy", proxy.Url.AbsoluteUri);
        environment.Set("NO_PROXY", null);

        Assert.Equal(Known, await Ask(aws));

        Assert.Empty(proxy.Requests);
    }

    [Fact]
    public async Task Parameters_come_before_the_agents_environment_and_that_before_the_metadata_service()
    {
        await using var aws = LoopbackAws.Start();
        Dictionary<string, string> environment = new() { ["AWS_EC2_METADATA_SERVICE_ENDPOINT"] = aws.Url.AbsoluteUri };
        Assert.Equal(
            new ResolvedInstance("i-0123456789abcdef0", "us-east-1"),
            await Resolve(environment, new AwsParameters())
        );
        var asked = aws.Requests.Count;

        environment["AWS_SSM_INSTANCE_ID"] = "mi-0123456789abcdef1";
        environment["AWS_SSM_REGION_NAME"] = "eu-west-1";
        var hybrid = await Resolve(environment, new AwsParameters());
        Assert.Equal(new ResolvedInstance("mi-0123456789abcdef1", "eu-west-1"), hybrid);
        Assert.True(hybrid.IsHybrid);
        Assert.True(hybrid.Settings(new AwsParameters()).IsHybrid);

        var given = await Resolve(environment, new AwsParameters { InstanceId = "i-12345678", Region = "eu-north-1" });
        Assert.Equal(new ResolvedInstance("i-12345678", "eu-north-1"), given);
        Assert.False(given.IsHybrid);
        Assert.Equal(asked, aws.Requests.Count);
    }

    private static Task<InstanceIdentity> Ask(LoopbackAws aws, TimeSpan? deadline = null) =>
        new InstanceIdentitySource(
            aws.Url,
            Loopback.Patience with
            {
                MetadataDeadline = deadline ?? TimeSpan.FromSeconds(30),
            }
        ).GetAsync(default);

    private static Task<ResolvedInstance> Resolve(Dictionary<string, string> environment, AwsParameters aws) =>
        new InstanceIdentification(
            new HostContext { Paths = new HostPaths(), Environment = environment },
            new AdapterFactory(Loopback.Patience with { MetadataDeadline = TimeSpan.FromSeconds(30) }),
            SilentObserver.Instance
        ).RequireAsync(aws, default);
}
