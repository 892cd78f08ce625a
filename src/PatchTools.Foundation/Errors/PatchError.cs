namespace PatchTools.Errors;

/// <summary>What a failure means; the cmdlets map it to PowerShell's ErrorCategory.</summary>
public enum PatchErrorCategory
{
    InvalidArgument,
    InvalidData,
    InvalidOperation,
    NotFound,
    NotSupported,
    PermissionDenied,
    ConnectionError,
    ResourceBusy,
    ResourceUnavailable,
    OperationTimeout,
    WriteError,
    ReadError,
}

/// <summary>
/// One row of the error table: a stable id, the exit code of a host that ends with it, what it means, and the
/// recommended action.
/// </summary>
/// <param name="Id">Stable PascalCase fact; the name of its field in <see cref="PatchErrors"/>.</param>
/// <param name="ExitCode">design §6.</param>
/// <param name="Category">Kind of failure.</param>
/// <param name="RecommendedAction">What to do, one or two sentences.</param>
public sealed record PatchError(string Id, int ExitCode, PatchErrorCategory Category, string RecommendedAction);
