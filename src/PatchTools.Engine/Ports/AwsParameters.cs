using PatchTools.Errors;

namespace PatchTools.Ports;

/// <summary>
/// How AWS is to be reached and as whom; every member null leaves it to the environment (reference 02 §1, design §2).
/// </summary>
public sealed record AwsParameters
{
    public string? InstanceId { get; init; }

    public string? Region { get; init; }

    public string? ProfileName { get; init; }

    public Uri? EndpointUrl { get; init; }

    /// <summary>An endpoint as somebody wrote it; null and empty for none.</summary>
    /// <exception cref="PatchToolsException"><see cref="PatchErrors.InvalidLocation"/>: not an http or https
    /// URL.</exception>
    public static Uri? EndpointOf(string? text)
    {
        if (string.IsNullOrEmpty(text))
            return null;
        if (Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https")
            return url;
        throw new PatchToolsException(
            PatchErrors.InvalidLocation,
            $"-EndpointUrl \"{text}\" is not an http or https URL.",
            text
        )
        {
            RecommendedAction = "Give a URL with its scheme, such as https://ssm.eu-west-1.amazonaws.com.",
        };
    }
}
