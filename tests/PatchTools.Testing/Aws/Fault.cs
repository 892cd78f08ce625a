using System.Globalization;

namespace PatchTools.Testing.Aws;

/// <summary>What goes wrong.</summary>
public enum FaultKind
{
    /// <summary>SSM: <c>ThrottlingException</c>; S3: <c>SlowDown</c>; elsewhere HTTP 429.</summary>
    Throttle,

    /// <summary>HTTP 500.</summary>
    InternalServerError,

    /// <summary>HTTP 503.</summary>
    ServiceUnavailable,

    /// <summary>The connection is reset instead of an answer.</summary>
    Reset,

    /// <summary>No answer until the client gives up.</summary>
    Stall,

    /// <summary>The right answer's head and the first half of its body; then the connection ends.</summary>
    Truncate,

    /// <summary>The right answer's head and the first half of its body; then the connection is reset.</summary>
    ResetInBody,

    /// <summary>The whole body behind a Content-Length of half of it, on a connection that stays open.</summary>
    Understate,

    /// <summary>The right answer's head and half of its body; then nothing until the client gives up.</summary>
    StallInBody,

    /// <summary>Well-formed HTTP whose body is the first half of the right one.</summary>
    Halve,

    /// <summary>HTTP 200 with a body that is not an answer.</summary>
    Garbage,

    /// <summary>The right body, compressed although nobody asked for it (no Content-Encoding).</summary>
    Gzip,

    /// <summary>The right body behind a UTF-8 byte-order mark.</summary>
    ByteOrderMark,

    /// <summary>The right body without Content-Length; it ends with the connection.</summary>
    NoLength,

    /// <summary>HTTP 302 to the very same place.</summary>
    RedirectLoop,

    /// <summary>HTTP 404.</summary>
    NotFound,

    /// <summary>HTTP 403.</summary>
    Forbidden,

    /// <summary>HTTP 200 with <see cref="Fault.Message"/> as its body.</summary>
    Answer,

    /// <summary>An error of the service's own, HTTP 400, named by <see cref="Fault.Code"/>.</summary>
    Error,
}

/// <summary>A fault for the next requests of one target.</summary>
/// <param name="Target">Name of an SSM operation, <see cref="LoopbackAws.SnapshotTarget"/>, <c>s3</c>, <c>imds</c>,
/// <c>document</c>, or <c>*</c>.</param>
/// <param name="Kind">What goes wrong.</param>
/// <param name="Count">How many requests are hit; −1: all that follow.</param>
/// <param name="Code">Error code of <see cref="FaultKind.Error"/>.</param>
/// <param name="Message">The service's message, or the body of <see cref="FaultKind.Answer"/>.</param>
public sealed record Fault(string Target, FaultKind Kind, int Count = 1, string? Code = null, string? Message = null)
{
    /// <summary>
    /// Reads <c>TARGET=KIND[:COUNT[:MESSAGE]]</c>, the spelling of the recorded cases; without a count every request is
    /// hit.
    /// </summary>
    public static Fault Parse(string text)
    {
        var (target, rest) = (
            text[..text.IndexOf('=', StringComparison.Ordinal)],
            text[(text.IndexOf('=', StringComparison.Ordinal) + 1)..].Split(':', 3)
        );
        FaultKind? kind = rest[0] switch
        {
            "throttle" => FaultKind.Throttle,
            "500" => FaultKind.InternalServerError,
            "503" => FaultKind.ServiceUnavailable,
            "reset" => FaultKind.Reset,
            "stall" => FaultKind.Stall,
            // The recorded snapshots were cut before they were sent; other answers were cut on the way.
            "truncate" => target == LoopbackAws.SnapshotTarget ? FaultKind.Halve : FaultKind.Truncate,
            "garbage" => FaultKind.Garbage,
            "gzip" => FaultKind.Gzip,
            "bom" => FaultKind.ByteOrderMark,
            "404" => FaultKind.NotFound,
            "403" => FaultKind.Forbidden,
            _ => null,
        };
        var count = rest.Length > 1 && rest[1].Length > 0 ? int.Parse(rest[1], CultureInfo.InvariantCulture) : -1;
        return new Fault(
            target,
            kind ?? FaultKind.Error,
            count,
            kind is null ? rest[0] : null,
            rest.Length > 2 ? rest[2] : null
        );
    }
}

/// <summary>
/// Faults in the order in which they were injected; each is used up before the next of its target begins.
/// </summary>
internal sealed class FaultQueue
{
    private readonly Lock _lock = new();
    private readonly List<(Fault Fault, int Left)> _faults = [];

    public void Add(Fault fault)
    {
        lock (_lock)
            _faults.Add((fault, fault.Count));
    }

    public void Clear()
    {
        lock (_lock)
            _faults.Clear();
    }

    public Fault? Take(string target)
    {
        lock (_lock)
        {
            var index = _faults.FindIndex(f => f.Left != 0 && (f.Fault.Target == target || f.Fault.Target == "*"));
            if (index < 0)
                return null;
            var (fault, left) = _faults[index];
            _faults[index] = (fault, left < 0 ? left : left - 1);
            return fault;
        }
    }
}
