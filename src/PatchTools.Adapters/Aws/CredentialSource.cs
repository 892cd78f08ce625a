using Amazon.Runtime;
using Amazon.Runtime.Credentials;
using Amazon.Runtime.CredentialManagement;
using PatchTools.Ports;

namespace PatchTools.Adapters.Aws;

/// <summary>Where credentials come from: the profile that was named, else the SDK's chain (spec 02 §3).</summary>
internal static class CredentialSource
{
    /// <summary>Resolved now and used as they are.</summary>
    /// <exception cref="PatchServiceException">None resolve.</exception>
    public static AWSCredentials ResolveOnce(AwsSettings settings)
    {
        var source = Chain(settings);
        try
        {
            var keys = source.GetCredentials();
            return keys.UseToken ? new SessionAWSCredentials(keys.AccessKey, keys.SecretKey, keys.Token) : new BasicAWSCredentials(keys.AccessKey, keys.SecretKey);
        }
        catch (Exception e) when (e is AmazonClientException or AmazonServiceException or HttpRequestException or InvalidOperationException)
        {
            throw None(e);
        }
    }

    /// <summary>The provider itself, which refreshes by itself.</summary>
    /// <exception cref="PatchServiceException">There is no provider, or no such profile.</exception>
    public static AWSCredentials Chain(AwsSettings settings)
    {
        try
        {
            if (settings.ProfileName is not { } name)
                return DefaultAWSCredentialsIdentityResolver.GetCredentials();
            if (new CredentialProfileStoreChain().TryGetAWSCredentials(name, out var credentials))
                return credentials;
        }
        catch (AmazonClientException e)
        {
            throw None(e);
        }

        throw new PatchServiceException(PatchServiceFailure.NoCredentials, "credentials", null, null, $"There is no usable profile {settings.ProfileName} in the AWS configuration files.");
    }

    private static PatchServiceException None(Exception cause) =>
        new(PatchServiceFailure.NoCredentials, "credentials", null, null, "No credentials resolve: neither environment, profile, container nor instance role has any.", cause);
}
