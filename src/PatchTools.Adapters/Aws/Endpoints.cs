namespace PatchTools.Adapters.Aws;

/// <summary>
/// Endpoints that the environment names (AWS SDKs and Tools Reference Guide, "Service-specific endpoints").
/// </summary>
internal static class Endpoints
{
    /// <param name="service">Service id as in the variable's name: <c>SSM</c>, <c>S3</c>.</param>
    /// <returns>Null: AWS's own endpoint.</returns>
    public static Uri? FromEnvironment(string service)
    {
        if (
            string.Equals(
                Environment.GetEnvironmentVariable("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"),
                "true",
                StringComparison.OrdinalIgnoreCase
            )
        )
            return null;
        return Named($"AWS_ENDPOINT_URL_{service}") ?? Named("AWS_ENDPOINT_URL");
    }

    /// <summary>The absolute URL that a variable holds; null when it is unset or none.</summary>
    public static Uri? Named(string variable) =>
        Uri.TryCreate(Environment.GetEnvironmentVariable(variable), UriKind.Absolute, out var url) ? url : null;
}
