using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace PatchTools.Testing.Aws;

/// <summary>A key that the loopback services know.</summary>
public sealed record TestKey(string AccessKeyId, string SecretAccessKey, string? SessionToken);

/// <summary>What is to be said of a request's signature.</summary>
public enum SignatureVerdict
{
    /// <summary>None was sent, as for anonymous requests.</summary>
    Absent,
    Malformed,
    UnknownKey,
    WrongToken,

    /// <summary>Signed for another region or service, or for another day than its date.</summary>
    WrongScope,

    /// <summary>A header that must be signed is not, or the body's hash is another.</summary>
    NotCovered,
    WrongSignature,
    Valid,
}

/// <summary>
/// Checks AWS Signature Version 4 in the Authorization header, from the signing document alone (AWS General Reference,
/// "Create a signed AWS API request"). The age is not judged.
/// </summary>
internal static partial class SignatureVersion4
{
    public static (SignatureVerdict Verdict, string? AccessKeyId) Verify(
        HttpRequestHead head,
        byte[] body,
        string service,
        string region,
        IEnumerable<TestKey> keys
    )
    {
        if (head["Authorization"] is not { } authorization)
            return (SignatureVerdict.Absent, null);
        var match = AuthorizationPattern().Match(authorization);
        if (!match.Success)
            return (SignatureVerdict.Malformed, null);
        var keyId = match.Groups["key"].Value;
        if (keys.FirstOrDefault(k => k.AccessKeyId == keyId) is not { } key)
            return (SignatureVerdict.UnknownKey, keyId);
        if (head["X-Amz-Security-Token"] != key.SessionToken)
            return (SignatureVerdict.WrongToken, keyId);
        var date = head["X-Amz-Date"] ?? "";
        if (
            !date.StartsWith(match.Groups["day"].Value, StringComparison.Ordinal)
            || match.Groups["region"].Value != region
            || match.Groups["service"].Value != service
        )
            return (SignatureVerdict.WrongScope, keyId);

        var signed = match.Groups["headers"].Value.Split(';');
        var bodyHash = Hex(SHA256.HashData(body));
        var declared = head["X-Amz-Content-SHA256"];
        var mustSign = head.Names.Where(n => n is "host" || n.StartsWith("x-amz-", StringComparison.Ordinal));
        if (mustSign.Except(signed).Any() || (declared is not null and not "UNSIGNED-PAYLOAD" && declared != bodyHash))
            return (SignatureVerdict.NotCovered, keyId);

        var question = head.Target.IndexOf('?', StringComparison.Ordinal);
        var path = question < 0 ? head.Target : head.Target[..question];
        var query =
            question < 0
                ? []
                : head.Target[(question + 1)..]
                    .Split('&')
                    .Select(p => p.Contains('=', StringComparison.Ordinal) ? p : p + "=")
                    .Order(StringComparer.Ordinal)
                    .ToArray();
        var canonical = new StringBuilder()
            .Append(head.Method)
            .Append('\n')
            .Append(path)
            .Append('\n')
            .AppendJoin('&', query)
            .Append('\n');
        foreach (var name in signed)
            canonical.Append(name).Append(':').Append(Spaces().Replace((head[name] ?? "").Trim(), " ")).Append('\n');
        canonical.Append('\n').AppendJoin(';', signed).Append('\n').Append(declared ?? bodyHash);

        var scope = match.Groups["scope"].Value;
        var toSign =
            $"AWS4-HMAC-SHA256\n{date}\n{scope}\n{Hex(SHA256.HashData(Encoding.UTF8.GetBytes(canonical.ToString())))}";
        var signingKey = Encoding.UTF8.GetBytes("AWS4" + key.SecretAccessKey);
        foreach (var part in scope.Split('/'))
            signingKey = HMACSHA256.HashData(signingKey, Encoding.UTF8.GetBytes(part));
        var signature = Hex(HMACSHA256.HashData(signingKey, Encoding.UTF8.GetBytes(toSign)));
        return (
            signature == match.Groups["signature"].Value ? SignatureVerdict.Valid : SignatureVerdict.WrongSignature,
            keyId
        );
    }

    private static string Hex(byte[] bytes) => Convert.ToHexStringLower(bytes);

    [GeneratedRegex(
        "^AWS4-HMAC-SHA256 "
            + "Credential=(?<key>[^/,]+)/(?<scope>(?<day>[0-9]{8})/(?<region>[^/]+)/(?<service>[^/]+)/aws4_request), "
            + "?SignedHeaders=(?<headers>[^,]+), ?Signature=(?<signature>[0-9a-f]{64})$",
        RegexOptions.CultureInvariant
    )]
    private static partial Regex AuthorizationPattern();

    [GeneratedRegex(" +", RegexOptions.CultureInvariant)]
    private static partial Regex Spaces();
}
