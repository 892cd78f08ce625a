using System.Text;
using System.Text.Json;

namespace PatchTools.Testing.Aws;

/// <summary>The instance metadata service.</summary>
internal sealed class MetadataService(LoopbackAwsOptions options, TestKey role)
{
    private const string SessionToken = "AQAELoopbackMetadataSession==";
    private const string RoleName = "loopback-role";

    public (HttpReply Reply, string? ErrorCode) Answer(HttpRequestHead head, string path, Fault? fault)
    {
        if (fault is not null)
            return (Mishap.Of(fault, () => Right(head, path)) ?? new HttpReply(Mishap.Status(fault.Kind), []), null);
        return (Right(head, path), null);
    }

    private HttpReply Right(HttpRequestHead head, string path)
    {
        if (options.Imds == ImdsMode.Off)
            return new HttpReply(403, []);
        if (path == "/latest/api/token")
        {
            if (options.Imds == ImdsMode.V1)
                return new HttpReply(404, []);
            if (options.Imds == ImdsMode.HopLimited)
                return new HttpReply(0, []) { Delivery = Delivery.Stall };
            return
                head.Method == "PUT"
                && int.TryParse(head["X-aws-ec2-metadata-token-ttl-seconds"], out var seconds)
                && seconds is >= 1 and <= 21600
                ? Text(SessionToken)
                : new HttpReply(400, []);
        }

        var token = head["X-aws-ec2-metadata-token"];
        if (token is null ? options.Imds == ImdsMode.V2 : token != SessionToken)
            return new HttpReply(401, []);
        var value = path["/latest/meta-data/".Length..].TrimEnd('/') switch
        {
            "instance-id" => options.InstanceId,
            "placement/region" => options.Region,
            "placement/availability-zone" => options.Region + "a",
            "iam/security-credentials" when options.HasRole => RoleName,
            "iam/security-credentials/" + RoleName when options.HasRole => Credentials(),
            _ => null,
        };
        return value is null ? new HttpReply(404, []) : Text(value);
    }

    private string Credentials()
    {
        var now = TimeProvider.System.GetUtcNow();
        return JsonSerializer.Serialize(
            new
            {
                Code = "Success",
                LastUpdated = now.ToString(
                    "yyyy-MM-dd'T'HH:mm:ss'Z'",
                    System.Globalization.CultureInfo.InvariantCulture
                ),
                Type = "AWS-HMAC",
                role.AccessKeyId,
                role.SecretAccessKey,
                Token = role.SessionToken,
                Expiration = now.AddHours(6)
                    .ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture),
            }
        );
    }

    private static HttpReply Text(string value) => new(200, Encoding.UTF8.GetBytes(value));
}
