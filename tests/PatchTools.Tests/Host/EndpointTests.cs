using PatchTools.Testing.Aws;

namespace PatchTools.Tests.Host;

/// <summary>
/// Which host of AWS is spoken to in each partition, with FIPS and dual stack, and through a proxy. In a process of its
/// own: the SDK reads its environment once.
/// </summary>
public sealed class EndpointTests
{
    private const string Snapshot = "Get-PatchSnapshot -InstanceId mi-0123456789abcdef0 -Region ";
    private const string Bundle =
        "Save-PatchPayload s3://patches/PatchTools-1.2.3.tar.gz -Sha256 "
        + "0000000000000000000000000000000000000000000000000000000000000000 -Path /nonexistent -Region ";

    /// <summary>Command, region, one more variable, and the host that the proxy is asked for.</summary>
    public static TheoryData<string, string, string, string> Hosts =>
        new()
        {
            { Snapshot, "eu-central-1", "", "ssm.eu-central-1.amazonaws.com" },
            { Snapshot, "cn-northwest-1", "", "ssm.cn-northwest-1.amazonaws.com.cn" },
            { Snapshot, "us-gov-west-1", "", "ssm.us-gov-west-1.amazonaws.com" },
            { Snapshot, "us-east-1", "AWS_USE_FIPS_ENDPOINT", "ssm-fips.us-east-1.amazonaws.com" },
            { Snapshot, "eu-central-1", "AWS_USE_DUALSTACK_ENDPOINT", "ssm.eu-central-1.api.aws" },
            { Bundle, "eu-central-1", "", "patches.s3.eu-central-1.amazonaws.com" },
            { Bundle, "cn-north-1", "", "patches.s3.cn-north-1.amazonaws.com.cn" },
            { Bundle, "us-gov-east-1", "", "patches.s3-fips.us-gov-east-1.amazonaws.com" },
            { Bundle, "eu-central-1", "AWS_USE_DUALSTACK_ENDPOINT", "patches.s3.dualstack.eu-central-1.amazonaws.com" },
        };

    [Theory]
    [MemberData(nameof(Hosts))]
    public void A_proxy_is_asked_for_the_host_of_the_partition_and_named_where_it_refuses(
        string command,
        string region,
        string variable,
        string host
    )
    {
        using var proxy = new ConnectProxy();
        var environment = new Dictionary<string, string>
        {
            ["HTTPS_PROXY"] = proxy.Url.AbsoluteUri,
            ["https_proxy"] = proxy.Url.AbsoluteUri,
            ["NO_PROXY"] = "",
            ["no_proxy"] = "",
            ["AWS_ACCESS_KEY_ID"] = LoopbackAws.EnvironmentKey.AccessKeyId,
            ["AWS_SECRET_ACCESS_KEY"] = LoopbackAws.EnvironmentKey.SecretAccessKey,
            ["AWS_EC2_METADATA_DISABLED"] = "true",
            ["AWS_CONFIG_FILE"] = "/dev/null",
            ["AWS_SHARED_CREDENTIALS_FILE"] = "/dev/null",
        };
        if (variable.Length > 0)
            environment[variable] = "true";

        var run = HostProgram.Run(null, environment, "-Command", command + region);

        Assert.Equal([$"{host}:443"], proxy.Hosts.Distinct());
        Assert.InRange(proxy.Hosts.Count, 1, 2);
        Assert.NotEqual(0, run.ExitCode);
        Assert.Contains(
            command == Snapshot ? host : "s3://patches/PatchTools-1.2.3.tar.gz",
            run.Error,
            StringComparison.Ordinal
        );
    }
}
