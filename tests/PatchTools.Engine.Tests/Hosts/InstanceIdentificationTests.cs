using PatchTools.Engine.Tests.Snapshots;
using PatchTools.Errors;
using PatchTools.Hosts;
using PatchTools.Ports;
using Xunit;

namespace PatchTools.Engine.Tests.Hosts;

public sealed class InstanceIdentificationTests
{
    private const string Imds = "i-00000000000000001";
    private readonly FakeAdapters _adapters = new() { Identity = new InstanceIdentity(Imds, "eu-north-1") };

    [Fact]
    public async Task A_parameter_beats_the_environment_and_that_the_metadata_service()
    {
        var environment = new Dictionary<string, string>
        {
            ["AWS_SSM_INSTANCE_ID"] = "mi-00000000000000002",
            ["AWS_SSM_REGION_NAME"] = "us-west-2",
            ["AWS_REGION"] = "us-west-1",
        };
        Assert.Equal(
            new ResolvedInstance("i-12345678", "us-gov-west-1"),
            await Require(environment, new AwsParameters { InstanceId = "i-12345678", Region = "us-gov-west-1" })
        );
        Assert.Equal(new ResolvedInstance("mi-00000000000000002", "us-west-2"), await Require(environment));
        Assert.Equal(0, _adapters.IdentityCalls);
        Assert.Equal(new ResolvedInstance(Imds, "eu-north-1"), await Require([]));
        Assert.Equal(1, _adapters.IdentityCalls);
    }

    [Theory]
    [InlineData("AWS_SSM_REGION_NAME,AWS_REGION,AWS_DEFAULT_REGION", "us-east-1")]
    [InlineData("AWS_REGION,AWS_DEFAULT_REGION", "us-east-1")]
    [InlineData("AWS_DEFAULT_REGION", "us-east-1")]
    public async Task The_region_is_looked_for_in_order(string variables, string first)
    {
        var environment = new Dictionary<string, string>();
        foreach (var variable in variables.Split(','))
            environment[variable] = environment.Count == 0 ? first : "us-east-2";
        Assert.Equal(new ResolvedInstance(Imds, first), await Require(environment));
    }

    [Fact]
    public async Task The_metadata_service_is_asked_once_and_not_at_all_when_it_is_disabled()
    {
        var identification = Identification([]);
        await identification.RequireAsync(new AwsParameters(), CancellationToken.None);
        await identification.FindAsync(new AwsParameters(), CancellationToken.None);
        Assert.Equal(1, _adapters.IdentityCalls);
        Assert.Equal(
            new InstanceIdentity(null, null),
            await Identification(new() { ["AWS_EC2_METADATA_DISABLED"] = "TRUE" })
                .FindAsync(new AwsParameters(), CancellationToken.None)
        );
        Assert.Equal(1, _adapters.IdentityCalls);
    }

    [Fact]
    public async Task The_endpoint_of_the_metadata_service_may_be_given()
    {
        await Require(new() { ["AWS_EC2_METADATA_SERVICE_ENDPOINT"] = "http://127.0.0.1:1338/" });
        Assert.Equal(new Uri("http://127.0.0.1:1338/"), _adapters.IdentityEndpoint);
    }

    [Fact]
    public async Task What_is_missing_is_named()
    {
        _adapters.Identity = new InstanceIdentity(null, null);
        Assert.Equal(
            PatchErrors.InstanceIdNotFound,
            (await Assert.ThrowsAsync<PatchToolsException>(() => Require([]))).Error
        );
        Assert.Equal(
            PatchErrors.RegionNotFound,
            (
                await Assert.ThrowsAsync<PatchToolsException>(() => Require(new() { ["AWS_SSM_INSTANCE_ID"] = Imds }))
            ).Error
        );
    }

    [Theory]
    [InlineData("i-123")]
    [InlineData("mi-12345678")]
    [InlineData("i-0123456789abcdef0\n")]
    [InlineData("I-0123456789abcdef0")]
    [InlineData("i-0123456789abcdé")]
    [InlineData("localhost")]
    public async Task A_wrong_instance_id_is_refused_wherever_it_comes_from(string instanceId)
    {
        Assert.Equal(
            PatchErrors.InvalidInstanceId,
            (
                await Assert.ThrowsAsync<PatchToolsException>(() =>
                    Require([], new AwsParameters { InstanceId = instanceId })
                )
            ).Error
        );
        var error = await Assert.ThrowsAsync<PatchToolsException>(() =>
            Require(new() { ["AWS_SSM_INSTANCE_ID"] = instanceId })
        );
        Assert.Equal(PatchErrors.InvalidInstanceId, error.Error);
        Assert.Contains("AWS_SSM_INSTANCE_ID", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(error.Message, char.IsControl);
    }

    [Theory]
    [InlineData("us-east-1.evil.example/")]
    [InlineData("US-EAST-1")]
    [InlineData("us east 1")]
    [InlineData("x")]
    public async Task A_wrong_region_never_becomes_part_of_a_host_name(string region) =>
        Assert.Equal(
            PatchErrors.InvalidRegion,
            (
                await Assert.ThrowsAsync<PatchToolsException>(() => Require([], new AwsParameters { Region = region }))
            ).Error
        );

    [Theory]
    [InlineData("us-gov-west-1")]
    [InlineData("cn-northwest-1")]
    [InlineData("eusc-de-east-1")]
    [InlineData("us-isob-east-1")]
    public async Task Regions_of_every_partition_are_accepted(string region) =>
        Assert.Equal(region, (await Require([], new AwsParameters { Region = region })).Region);

    private Task<ResolvedInstance> Require(Dictionary<string, string> environment, AwsParameters? aws = null) =>
        Identification(environment).RequireAsync(aws ?? new AwsParameters(), CancellationToken.None);

    private InstanceIdentification Identification(Dictionary<string, string> environment) =>
        new(new HostContext { Paths = new HostPaths(), Environment = environment }, _adapters, SilentObserver.Instance);
}
