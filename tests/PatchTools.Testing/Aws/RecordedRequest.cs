using System.Text;
using System.Text.Json;

namespace PatchTools.Testing.Aws;

/// <summary>One request that <see cref="LoopbackAws"/> received, what it made of it and what it answered.</summary>
public sealed record RecordedRequest
{
    /// <summary>1-based, in order of arrival.</summary>
    public required int Number { get; init; }

    /// <summary>Name of the SSM operation, else <c>snapshot</c>, <c>s3</c>, <c>imds</c> or <c>document</c>.</summary>
    public required string Target { get; init; }

    public required string Method { get; init; }

    /// <summary>Path and query as sent.</summary>
    public required string Path { get; init; }

    /// <summary>In the order sent.</summary>
    public required IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; }

    public required byte[] Body { get; init; }

    /// <summary>The body as sent, members in order; null when it is no JSON.</summary>
    public JsonElement? Json { get; init; }

    public SignatureVerdict Signature { get; init; }

    public string? AccessKeyId { get; init; }

    /// <summary>What the service model says against the request; empty when nothing.</summary>
    public IReadOnlyList<string> ModelErrors { get; init; } = [];

    /// <summary>The fault that this request met.</summary>
    public Fault? Fault { get; init; }

    /// <summary>HTTP status of the answer; null when none was sent.</summary>
    public int? Status { get; init; }

    /// <summary>Error code of the answer.</summary>
    public string? ErrorCode { get; init; }

    public string Text => Encoding.UTF8.GetString(Body);

    public string? Header(string name) =>
        Headers.FirstOrDefault(h => h.Key.Equals(name, StringComparison.OrdinalIgnoreCase)).Value;

    public override string ToString() =>
        $"{Number}: {Target} {Method} {Path} → "
        + $"{Status?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "no answer"} {ErrorCode}";
}
