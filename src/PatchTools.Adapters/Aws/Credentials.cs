using Amazon.Runtime;
using Amazon.Runtime.CredentialManagement;
using Amazon.Runtime.Credentials;
using PatchTools.Ports;

namespace PatchTools.Adapters.Aws;

/// <summary>
/// Where credentials come from: the profile that was named, else the SDK's chain (environment, web identity, shared
/// files, container, instance role).
/// </summary>
internal static class Credentials
{
    /// <summary>
    /// The SDK would ask the instance metadata service through the proxy of the environment, which would answer for its
    /// own host.
    /// </summary>
    static Credentials() => Amazon.Util.EC2InstanceMetadata.Proxy = new System.Net.WebProxy();

    /// <summary>The provider itself; it renews what it gives.</summary>
    /// <exception cref="PatchServiceException"><see cref="PatchServiceFailure.NoCredentials"/>: no provider has
    /// any.</exception>
    public static async Task<AWSCredentials> ProviderAsync(
        string operation,
        string? profileName,
        CancellationToken cancellationToken
    )
    {
        try
        {
            if (profileName is null)
            {
                // A resolver of its own: the shared one would remember an earlier answer.
                using var chain = new DefaultAWSCredentialsIdentityResolver();
                return await chain.ResolveIdentityAsync(null, cancellationToken);
            }

            return new CredentialProfileStoreChain().TryGetAWSCredentials(profileName, out var credentials)
                ? credentials
                : throw None(operation, $"The shared AWS files have no profile {profileName} with credentials.");
        }
        catch (AmazonClientException)
        {
            throw NotFound(operation, profileName);
        }
    }

    /// <summary>What the provider gives now, to be used as it is (reference 02 §3, the default client).</summary>
    /// <exception cref="PatchServiceException"><see cref="PatchServiceFailure.NoCredentials"/>: none
    /// resolve.</exception>
    public static async Task<AWSCredentials> ResolveAsync(
        string operation,
        string? profileName,
        CancellationToken cancellationToken
    )
    {
        var provider = await ProviderAsync(operation, profileName, cancellationToken);
        try
        {
            var keys = await provider.GetCredentialsAsync().WaitAsync(cancellationToken);
            return keys.UseToken
                ? new SessionAWSCredentials(keys.AccessKey, keys.SecretKey, keys.Token)
                : new BasicAWSCredentials(keys.AccessKey, keys.SecretKey);
        }
        catch (Exception e) when (IsNone(e))
        {
            throw NotFound(operation, profileName);
        }
    }

    /// <summary>
    /// What the SDK's providers throw when they have none. Their services' own refusals (an assumed role, say) count
    /// too: the credentials fail, not the call.
    /// </summary>
    private static bool IsNone(Exception e) =>
        e
            is AmazonClientException
                or AmazonServiceException
                or HttpRequestException
                or IOException
                or InvalidOperationException;

    private static PatchServiceException NotFound(string operation, string? profileName) =>
        None(
            operation,
            profileName is null
                ? "No AWS credentials resolve: environment, shared files, container and instance role have none."
                : $"The profile {profileName} gives no AWS credentials."
        );

    private static PatchServiceException None(string operation, string message) =>
        new(PatchServiceFailure.NoCredentials, operation, null, null, message);
}
