using System.Management.Automation;

namespace PatchTools.Host;

/// <summary>Exit status of the process (design §6).</summary>
internal static class ExitStatus
{
    public const int Failure = 1;
    public const int Usage = 64;
    public const int Interrupted = 130;
    public const int Terminated = 143;

    /// <summary>
    /// The <c>ExitCode</c> of the exception that PatchTools threw on purpose, however deep the engine wrapped it; 1 for
    /// every other.
    /// </summary>
    public static int Of(Exception failure)
    {
        for (var cause = failure; cause is not null; cause = cause.InnerException)
        {
            if (ExitCodeOf(cause) is { } code)
                return code;
            if (
                cause is IContainsErrorRecord { ErrorRecord.Exception: { } recorded }
                && !ReferenceEquals(recorded, cause)
                && ExitCodeOf(recorded) is { } recordedCode
            )
                return recordedCode;
        }

        return Failure;
    }

    /// <summary>By name: the exception's type comes with the module, which this program does not reference.</summary>
    private static int? ExitCodeOf(Exception exception) =>
        exception.GetType().Assembly.GetName().Name is "PatchTools.Foundation" or "PatchTools.Engine" or "PatchTools"
        && exception.GetType().GetProperty("ExitCode")?.GetValue(exception) is int code
            ? code
            : null;
}
