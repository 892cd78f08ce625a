using System.Globalization;
using System.Text;
using System.Text.Json;

namespace PatchTools.Testing.Aws;

/// <summary>
/// Where temporary credentials come from beside the metadata service: STS and the endpoint of a container's task.
/// </summary>
internal static class IdentityService
{
    public const string ContainerPath = "/container/credentials";

    /// <summary>The task's role, for whoever brings the token of its file or environment.</summary>
    public static HttpReply Container(HttpRequestHead head, TestKey key) =>
        head["Authorization"] == "loopback-task-token"
            ? new HttpReply(
                200,
                JsonSerializer.SerializeToUtf8Bytes(
                    new
                    {
                        key.AccessKeyId,
                        key.SecretAccessKey,
                        Token = key.SessionToken,
                        Expiration = Later(),
                        RoleArn = "arn:aws:iam::123456789012:role/task",
                    }
                ),
                "application/json"
            )
            : new HttpReply(401, []);

    /// <summary>AssumeRole, for whoever signs with the key of the profile.</summary>
    public static HttpReply AssumeRole(string form, SignatureVerdict signature, TestKey key)
    {
        if (signature != SignatureVerdict.Valid || !form.Contains("Action=AssumeRole", StringComparison.Ordinal))
            return new HttpReply(
                403,
                [
                    .. "<ErrorResponse><Error><Code>AccessDenied</Code><Message>not "u8
                        + "authorized</Message></Error></ErrorResponse>"u8,
                ],
                "text/xml"
            );
        return new HttpReply(
            200,
            Encoding.UTF8.GetBytes(
                $"""
                <AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><AssumedRoleUser><AssumedRoleId>AROA:x</AssumedRoleId><Arn>arn:aws:sts::123456789012:assumed-role/patcher/x</Arn></AssumedRoleUser>
                <Credentials><AccessKeyId>{key.AccessKeyId}</AccessKeyId><SecretAccessKey>{key.SecretAccessKey}</SecretAccessKey><SessionToken>{key.SessionToken}</SessionToken><Expiration>{Later()}</Expiration></Credentials>
                </AssumeRoleResult><ResponseMetadata><RequestId>loopback</RequestId></ResponseMetadata></AssumeRoleResponse>
                """
            ),
            "text/xml"
        );
    }

    private static string Later() =>
        TimeProvider.System.GetUtcNow().AddHours(1).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
