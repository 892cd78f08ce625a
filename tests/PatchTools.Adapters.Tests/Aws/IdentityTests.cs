using PatchTools.Adapters.Aws;
using PatchTools.Ports;
using PatchTools.Testing.Aws;
using Xunit;

namespace PatchTools.Adapters.Tests.Aws;

/// <summary>
/// As whom AWS is spoken to, beside keys of the environment and the instance's role: assumed roles and a container's
/// task.
/// </summary>
[Collection(AwsEnvironmentCollection.Name)]
public sealed class IdentityTests
{
    private const string Put = "PutInventory";

    [Theory]
    [InlineData(ServiceClient.Default, false)]
    [InlineData(ServiceClient.Fallback, false)]
    [InlineData(ServiceClient.Default, true)]
    public async Task A_profile_that_assumes_a_role_speaks_as_that_role(ServiceClient client, bool isHybrid)
    {
        await using var aws = LoopbackAws.Start();
        using var environment = new EnvironmentScope(aws.EnvironmentWithoutKey);
        environment.Set("AWS_ENDPOINT_URL_STS", aws.Url.AbsoluteUri);
        await File.WriteAllTextAsync(
            LoopbackAws.SharedFile,
            $"""
            [base]
            aws_access_key_id = {LoopbackAws.ProfileKey.AccessKeyId}
            aws_secret_access_key = {LoopbackAws.ProfileKey.SecretAccessKey}
            region = us-east-1

            [patcher]
            role_arn = arn:aws:iam::123456789012:role/patcher
            source_profile = base
            region = us-east-1
            """,
            TestContext.Current.CancellationToken
        );
        try
        {
            using var service = new SsmPatchService(
                Loopback.Settings(aws) with
                {
                    ProfileName = "patcher",
                    IsHybrid = isHybrid,
                },
                Loopback.Patience
            );

            await service.CallAsync(Put, client);

            Assert.Equal(
                (LoopbackAws.ProfileKey.AccessKeyId, SignatureVerdict.Valid),
                (
                    Assert.Single(aws.RequestsOf(LoopbackAws.StsTarget)).AccessKeyId,
                    aws.RequestsOf(LoopbackAws.StsTarget)[0].Signature
                )
            );
            Assert.Equal(
                (LoopbackAws.RoleKey.AccessKeyId, SignatureVerdict.Valid),
                (Assert.Single(aws.RequestsOf(Put)).AccessKeyId, aws.RequestsOf(Put)[0].Signature)
            );
        }
        finally
        {
            await File.WriteAllTextAsync(LoopbackAws.SharedFile, "", CancellationToken.None);
        }
    }

    [Theory]
    [InlineData(ServiceClient.Default)]
    [InlineData(ServiceClient.Fallback)]
    public async Task A_container_speaks_as_its_task(ServiceClient client)
    {
        await using var aws = LoopbackAws.Start(new LoopbackAwsOptions { HasRole = false });
        using var environment = new EnvironmentScope(aws.EnvironmentWithoutKey);
        environment.Set("AWS_CONTAINER_CREDENTIALS_FULL_URI", new Uri(aws.Url, "container/credentials").AbsoluteUri);
        environment.Set("AWS_CONTAINER_AUTHORIZATION_TOKEN", "loopback-task-token");
        using var service = new SsmPatchService(Loopback.Settings(aws), Loopback.Patience);

        await service.CallAsync(Put, client);

        Assert.NotEmpty(aws.RequestsOf(LoopbackAws.ContainerTarget));
        Assert.Equal(
            (LoopbackAws.RoleKey.AccessKeyId, SignatureVerdict.Valid),
            (Assert.Single(aws.RequestsOf(Put)).AccessKeyId, aws.RequestsOf(Put)[0].Signature)
        );
    }

    [Fact]
    public async Task A_role_that_may_not_be_assumed_is_no_credentials()
    {
        await using var aws = LoopbackAws.Start();
        using var environment = new EnvironmentScope(aws.EnvironmentWithoutKey);
        environment.Set("AWS_ENDPOINT_URL_STS", aws.Url.AbsoluteUri);
        await File.WriteAllTextAsync(
            LoopbackAws.SharedFile,
            """
            [wrong]
            aws_access_key_id = AKIAWRONG00000000000
            aws_secret_access_key = wrong
            region = us-east-1

            [other]
            role_arn = arn:aws:iam::123456789012:role/other
            source_profile = wrong
            region = us-east-1
            """,
            TestContext.Current.CancellationToken
        );
        try
        {
            using var service = new SsmPatchService(
                Loopback.Settings(aws) with
                {
                    ProfileName = "other",
                },
                Loopback.Patience
            );

            var failure = await Assert.ThrowsAsync<PatchServiceException>(() => service.CallAsync(Put));

            Assert.Equal(PatchServiceFailure.NoCredentials, failure.Failure);
            Assert.Contains("other", failure.Message, StringComparison.Ordinal);
            Assert.Empty(aws.RequestsOf(Put));
        }
        finally
        {
            await File.WriteAllTextAsync(LoopbackAws.SharedFile, "", CancellationToken.None);
        }
    }
}
