using PatchTools.Text;

namespace PatchTools.Errors;

/// <summary>
/// Anything PatchTools fails with on purpose: says what, where and what to do. The one exception type that crosses the
/// engine's border.
/// </summary>
public class PatchToolsException : Exception
{
    /// <param name="error">Row of the table.</param>
    /// <param name="message">What happened and where, one or two sentences; no secrets, no presigned URLs.</param>
    /// <param name="target">The package, path or location it is about.</param>
    /// <param name="innerException">The cause.</param>
    public PatchToolsException(
        PatchError error,
        string message,
        object? target = null,
        Exception? innerException = null
    )
        : base(TerminalText.Lines(message), innerException is null ? null : Shown(innerException))
    {
        Error = error;
        Target = target;
    }

    public PatchError Error { get; }

    public object? Target { get; }

    /// <summary>What to do: the row's action, or the one of the place that failed where that is another.</summary>
    public string RecommendedAction
    {
        get => field ?? Error.RecommendedAction;
        init;
    }

    /// <summary>Exit status of a host or script that ends with this error (design §6).</summary>
    public int ExitCode => Error.ExitCode;

    public string ErrorId => Error.Id;

    /// <summary>
    /// PowerShell shows causes too (<c>Get-Error</c>): one with a text that no terminal may show is told in its place.
    /// </summary>
    private static Exception Shown(Exception cause)
    {
        for (var inner = cause; inner is not null; inner = inner.InnerException)
        {
            if (TerminalText.Lines(inner.Message) != inner.Message)
                return new IOException(TerminalText.Lines(cause.Message), cause.HResult);
        }

        return cause;
    }
}
